/* Keep the wall alive between two answers: clocks, countdowns, the address, the legend's colours, a lost server. */
(function () {
  "use strict";

  const gc = (window.gridcommand = window.gridcommand || {});
  const root = document.documentElement;
  let offset = 0;      /* server's clock minus this machine's, ms */
  let answered = Date.now();

  /* ---- clocks ---- */

  const WORDS = {
    zh: { day: "天", hour: "时", minute: "分" },
    en: { day: " d ", hour: " h ", minute: " m" },
  };

  function lang() {
    const wall = document.querySelector(".wall");
    return wall && wall.lang === "en" ? "en" : "zh";
  }

  gc.duration = function (seconds, language) {
    const s = Math.floor(Math.abs(seconds)), w = WORDS[language];
    const two = (n) => String(n).padStart(2, "0");
    if (s < 3600) return Math.floor(s / 60) + ":" + two(s % 60);
    if (s < 86400) return Math.floor(s / 3600) + w.hour + two(Math.floor((s % 3600) / 60)) + w.minute;
    const hours = Math.floor((s % 86400) / 3600);
    return Math.floor(s / 86400) + w.day + (s < 8640000 && hours ? hours + w.hour.trimEnd() : "");
  };

  function write(node, text) {
    if (node.textContent !== text) node.textContent = text;
  }

  function tick() {
    const now = Date.now() + offset, language = lang();
    const clock = document.getElementById("clock");
    if (clock) {
      if (clock.dataset.fixed) write(clock, clock.dataset.fixed);
      else write(clock, new Intl.DateTimeFormat("en-GB", { timeZone: clock.dataset.zone, hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(now));
    }
    document.querySelectorAll("[data-left]").forEach((node) => {
      const left = node.dataset.due ? (Date.parse(node.dataset.due) - now) / 1000 : Number(node.dataset.left);
      write(node, gc.duration(left, language));
    });
    document.body.classList.toggle("lost", lost());
    const banner = document.getElementById("lost");
    if (banner) banner.classList.toggle("is-shown", lost());
  }

  /* A wall runs for weeks and browsers leak: begin anew past 900 MB; the address keeps what is shown. */
  function renew() {
    if (performance.memory && performance.memory.usedJSHeapSize > 900e6 && !lost()) location.reload();
  }

  /* Three looks missed: what stands on the wall is old, and it must look so. */
  function lost() {
    const wall = document.querySelector(".wall");
    return Boolean(wall) && Date.now() - answered > 3 * Number(wall.dataset.every || 15000) + 5000;
  }

  const plainFetch = window.fetch;
  window.fetch = function (...given) {
    return plainFetch.apply(this, given).then((answer) => {
      const url = String(given[0] && given[0].url ? given[0].url : given[0]);
      if (answer.ok && url.includes("_dash-update-component")) {
        answered = Date.now();
        const date = answer.headers.get("date");
        if (date && Math.abs(Date.parse(date) - Date.now() - offset) > 2000) offset = Date.parse(date) - Date.now();
      }
      return answer;
    });
  };

  /* ---- what the callbacks run in the browser ---- */

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    gridcommand: {
      choose: function (rows, marked, back, mark, chosen) {
        const by = window.dash_clientside.callback_context.triggered;
        const none = window.dash_clientside.no_update;
        if (!by.length || !by[0].value) return none;
        const id = by[0].prop_id;
        if (id.startsWith("back-to-list")) return "";
        if (id.startsWith("incident-marks")) return mark && mark.properties ? mark.properties.id : none;
        return JSON.parse(id.slice(0, id.lastIndexOf("."))).incident;
      },
      open: (n) => Boolean(n),
      remember: function (hideout) {
        gc.setNewest(hideout);
        root.dataset.theme = hideout.theme || "dark";
      },
      /* Show the whole way, clear of the pickers and the legend; afterwards return to where the map stood. */
      look: function (routes, chosen) {
        const map = gc.map;
        if (!map) return;
        if (!chosen) {
          if (gc.stood) map.setView(gc.stood.centre, gc.stood.zoom);
          gc.stood = null;
          return;
        }
        if (!gc.stood) gc.stood = { centre: map.getCenter(), zoom: map.getZoom() };
        const points = routes.features.flatMap((way) => way.geometry.coordinates.map((at) => [at[1], at[0]]));
        if (points.length) map.fitBounds(points, { paddingTopLeft: [40, 90], paddingBottomRight: [60, 130], maxZoom: 15 });
      },
      address: function (metric, level, period, layers, incident, frame) {
        if (!frame) return;
        const query = new URLSearchParams({ metric: metric, level: level, period: period, lang: frame.lang, theme: frame.theme, layers: (layers || []).join(".") });
        if (incident) query.set("incident", incident);
        const held = new URLSearchParams(location.search).get("at");
        if (held) query.set("at", held);
        history.replaceState(history.state, "", "?" + query.toString());
      },
      change: function (language, theme, frame) {
        const by = window.dash_clientside.callback_context.triggered;
        if (!by.length || !by[0].value) return window.dash_clientside.no_update;
        const query = new URLSearchParams(location.search);
        if (by[0].prop_id.startsWith("switch-language")) query.set("lang", frame.lang === "zh" ? "en" : "zh");
        else query.set("theme", frame.theme === "dark" ? "light" : "dark");
        return "?" + query.toString();
      },
    },
  });

  /* Only a map a person moved is remembered: the first standing is the site's, whatever the screen. */
  let touched = false;
  gc.moved = function (event) {
    gc.declutter();
    if (!touched) return;
    const centre = event.target.getCenter(), query = new URLSearchParams(location.search);
    query.set("at", [centre.lat.toFixed(5), centre.lng.toFixed(5), event.target.getZoom()].join(","));
    history.replaceState(history.state, "", "?" + query.toString());
  };
  for (const kind of ["pointerdown", "wheel", "keydown"]) {
    document.addEventListener(kind, (event) => {
      if (event.target.closest && event.target.closest(".leaflet-container")) touched = true;
    }, { capture: true, passive: true });
  }

  /* The list of layers closes like a menu: by a click elsewhere, by Escape. */
  document.addEventListener("pointerdown", (event) => {
    document.querySelectorAll("details.layers[open]").forEach((list) => { if (!list.contains(event.target)) list.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.layers[open]").forEach((list) => { list.open = false; list.firstElementChild.focus(); });
  });

  /* ---- what the page changes, and what must follow ---- */

  function follow() {
    const wall = document.querySelector(".wall");
    if (wall) {
      root.lang = wall.lang;
      root.dataset.theme = wall.dataset.theme;
    }
    document.querySelectorAll("[data-ramp]").forEach((swatch) => {
      const [ramp, i, total, theme] = swatch.dataset.ramp.split(":");
      const colour = gc.ramp({ ramp: ramp, classes: Number(total), theme: theme })[Number(i)];
      if (swatch.dataset.colour !== colour) { swatch.dataset.colour = colour; swatch.style.background = colour; }
    });
    gc.declutter();
    tick();
  }

  let waiting = 0;
  function soon() {
    clearTimeout(waiting);
    waiting = setTimeout(follow, 60);
  }

  document.addEventListener("DOMContentLoaded", () => {
    new MutationObserver(soon).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-ramp", "style"] });
    setInterval(tick, 1000);
    setInterval(renew, 600000);
  });
})();
