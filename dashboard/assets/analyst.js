/* The analyst's page: its question in the address, language and theme, the way to it from the wall. */
(function () {
  "use strict";

  const root = document.documentElement;
  const none = () => window.dash_clientside.no_update;
  const MISSING = "∅";

  if (location.pathname === "/analyst") {
    root.dataset.theme = new URLSearchParams(location.search).get("theme") === "light" ? "light" : "dark";
  }

  function dayAfter(day) {
    const given = day && new Date(day + "T00:00:00Z");
    if (!given || isNaN(given)) return day || "";
    return new Date(given.getTime() + 864e5).toISOString().slice(0, 10);
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    analyst: {
      /* The same keys as /api/ask, so that the address says the question. */
      address: function (metric, by, period, first, last, values, ids, frame) {
        if (!frame) return [none(), none()];
        const dated = period === "dates", query = new URLSearchParams({ metric: metric, by: (by || []).join(",") });
        query.set("since", dated ? first || "" : period);
        if (dated && last) query.set("until", dayAfter(last));
        let chosen = 0;
        ids.forEach((id, i) => (values[i] || []).forEach((value) => {
          query.append(id.key, value === MISSING ? "" : value);
          chosen += 1;
        }));
        query.set("lang", frame.lang);
        query.set("theme", frame.theme);
        const at = new URLSearchParams(location.search).get("at");
        if (at) query.set("at", at);
        history.replaceState(history.state, "", "?" + query.toString());
        return ["analyst-days" + (dated ? "" : " is-off"), chosen ? " " + chosen : ""];
      },
      change: function (language, theme, frame) {
        const by = window.dash_clientside.callback_context.triggered;
        if (!by.length || !by[0].value) return none();
        const query = new URLSearchParams(location.search);
        if (by[0].prop_id.startsWith("analyst-language")) query.set("lang", frame.lang === "zh" ? "en" : "zh");
        else query.set("theme", frame.theme === "dark" ? "light" : "dark");
        return "?" + query.toString();
      },
    },
  });

  /* From the wall the analyst's page opens on what the wall shows now. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a.to-analyst");
    if (!link) return;
    const wall = new URLSearchParams(location.search), query = new URLSearchParams();
    for (const [from, to] of [["metric", "metric"], ["level", "by"], ["period", "since"], ["lang", "lang"], ["theme", "theme"]]) {
      if (wall.get(from)) query.set(to, wall.get(from));
    }
    if (query.size) link.href = "/analyst?" + query.toString();
  }, { capture: true });

  /* The legend takes room from the map: it stands on the whole site again unless a person has moved it. */
  const rooms = new ResizeObserver((entries) => stand(entries[0].target));

  function stand(room) {
    const map = window.gridcommand.map;
    if (!room.isConnected) return;
    if (!map || !room.contains(map.getContainer())) {
      setTimeout(stand, 200, room);   /* the map is known once its first shape is drawn */
      return;
    }
    map.invalidateSize({ animate: false });
    const bounds = JSON.parse(room.dataset.bounds || "null");
    if (bounds && !new URLSearchParams(location.search).get("at")) {
      map.fitBounds([[bounds[1], bounds[0]], [bounds[3], bounds[2]]], { animate: false, padding: [10, 10] });
    }
  }

  let room = null;

  function follow() {
    const found = document.querySelector(".analyst-map-room");
    if (found !== room) {
      rooms.disconnect();
      room = found;
      if (room) rooms.observe(room);
    }
    const page = document.querySelector(".analyst");
    if (!page) return;
    if (root.lang !== page.lang) root.lang = page.lang;
    if (root.dataset.theme !== page.dataset.theme) root.dataset.theme = page.dataset.theme;
  }

  document.addEventListener("DOMContentLoaded", () => {
    new MutationObserver(follow).observe(document.body, { childList: true, subtree: true });
  });
})();
