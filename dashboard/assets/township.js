/* The weekly page: two maps, the player of weeks, the address, the print. The server's words come in `hideout`. */
(function () {
  "use strict";

  const gc = (window.gridcommand = window.gridcommand || {});
  const root = document.documentElement;
  const here = () => location.pathname.startsWith("/township/");

  /* A sheet is paper: light unless the address says dark, before the first answer comes. */
  if (here()) root.dataset.theme = new URLSearchParams(location.search).get("theme") === "dark" ? "dark" : "light";

  /* Grey is worse and blue better, as far as chance goes; amber alone says that it is no chance. */
  const COLOURS = {
    light: { "-2": "#8fb8d8", "-1": "#cfe1ee", 0: "#f1f3f5", 1: "#d5d3cf", 2: "#aaa59d", 3: "#e8a33d", line: "#ffffff", unit: "#3c4752",
      cells: ["#f1f3f5", "#dceaf4", "#b4d1e7", "#82b2d6", "#4a8abd", "#1f6299"], cellLine: "#e3e7eb", rank: "#12181e", rankInk: "#ffffff" },
    dark: { "-2": "#3c779f", "-1": "#24455c", 0: "#1a222a", 1: "#45464a", 2: "#77736c", 3: "#e09a35", line: "#0e1318", unit: "#98a5b1",
      cells: ["#182028", "#1c3850", "#245479", "#2f74a5", "#4a96cb", "#86c1ea"], cellLine: "#242e38", rank: "#edf1f5", rankInk: "#0c1015" },
  };

  const held = { page: null, changed: null, cells: null, maps: new Set(), printing: false };
  const colours = (hideout) => COLOURS[held.printing ? "light" : hideout.theme || "light"];

  function escape(text) {
    return String(text).replace(/[&<>"']/g, (c) => "&#" + c.charCodeAt(0) + ";");
  }

  function known(feature, context) {
    const hideout = context.hideout || {}, code = feature.properties.code;
    return (hideout.codes || []).length ? hideout.codes.includes(code) : code in (hideout.values || {});
  }

  function named(shape, lang) {
    return escape((lang === "en" ? shape.name_en : shape.name_zh) || shape.code);
  }

  /* ---- the places by what they add ---- */

  function changeStyle(feature, context) {
    const look = held.changed = held.changed || context.hideout || {}, all = colours(look), one = (look.values || {})[feature.properties.code];
    const step = one ? one.s : 0;
    return { weight: step === 3 ? 1.6 : 0.8, color: step === 3 ? all.unit : all.line, fill: true, fillColor: all[step], fillOpacity: 1, opacity: 1 };
  }

  function changeTip(feature, layer) {
    layer.bindTooltip(() => {
      const look = held.changed || {}, one = (look.values || {})[feature.properties.code];
      const lines = ["<b>" + named(feature.properties, look.lang) + "</b>"];
      lines.push(one ? escape(look.label) + " <b>" + escape(one.t) + "</b>" : escape(look.nothing || ""));
      if (one) lines.push("<i>" + escape(one.d) + "</i>");
      return lines.join("<br>");
    }, { sticky: true, className: "gc-tip", opacity: 1 });
  }

  function outlineStyle(feature, context) {
    return { weight: 1.6, color: colours(context.hideout || {}).unit, fill: false, opacity: 1, interactive: false };
  }

  function rankAt(feature, latlng) {
    const one = feature.properties;
    const icon = L.divIcon({ className: "rank-mark", html: "<span>" + one.n + "</span>", iconSize: [0, 0] });
    return L.marker(latlng, { icon: icon, keyboard: false, pane: "ranks" }).bindTooltip(escape(one.tip), { className: "gc-tip", opacity: 1 });
  }

  /* ---- the cells of a week ---- */

  function cellStyle(feature, context) {
    const look = held.cells = held.cells || context.hideout || {}, all = colours(look);
    const count = ((look.weeks || [])[look.at] || {})[feature.properties.code] || 0;
    const breaks = look.breaks || [];
    let shade = 0;
    if (count > 0) {
      shade = 1 + breaks.slice(0, -1).filter((edge) => count > edge).length;
      if (breaks.length < 5) shade = Math.round((shade * 5) / Math.max(breaks.length, 1));
    }
    return { weight: 0.7, color: all.cellLine, fill: true, fillColor: all.cells[Math.min(shade, 5)], fillOpacity: 1, opacity: 1 };
  }

  function cellTip(feature, layer) {
    layer.bindTooltip(() => {
      const look = held.cells || {}, count = ((look.weeks || [])[look.at] || {})[feature.properties.code] || 0;
      return "<b>" + count + "</b> " + escape(look.label || "") + "<br><i>" + escape(feature.properties.code) + "</i>";
    }, { sticky: true, className: "gc-tip", opacity: 1 });
  }

  /* ---- both maps ---- */

  function hold(event) {
    held.maps.add(event.target);
  }

  function restyle(map, style, look) {
    map.eachLayer((layer) => {
      if (layer.setStyle && layer.feature) layer.setStyle(style(layer.feature, { hideout: look }));
    });
  }

  window.gridcommand = Object.assign(gc, {
    weekly: { known: known, changeStyle: changeStyle, changeTip: changeTip, outlineStyle: outlineStyle, rankAt: rankAt, hold: hold, cellStyle: cellStyle, cellTip: cellTip, held: held },
  });

  /* ---- what the callbacks run in the browser ---- */

  const none = () => window.dash_clientside.no_update;
  const by = () => window.dash_clientside.callback_context.triggered[0] || {};

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    weekly: {
      go: function (unit, week, earlier, later, language, theme, weeks, frame) {
        const id = (by().prop_id || "").split(".")[0];
        if (!frame || !by().value) return [none(), none()];
        const query = new URLSearchParams(location.search);
        const codes = weeks.map((one) => one.value);
        const step = (places) => codes[codes.indexOf(frame.week) + places] || frame.week;
        if (id === "weekly-unit") return unit === frame.code ? [none(), none()] : ["/township/" + encodeURIComponent(unit), "?" + query];
        if (id === "weekly-week" && week === frame.week) return [none(), none()];
        if (id === "weekly-week") query.set("week", week);
        else if (id === "weekly-earlier") query.set("week", step(1));
        else if (id === "weekly-later") query.set("week", step(-1));
        else if (id === "weekly-language") query.set("lang", frame.lang === "zh" ? "en" : "zh");
        else query.set("theme", frame.theme === "dark" ? "light" : "dark");
        return [none(), "?" + query];
      },
      print: function () {
        window.print();
      },
      measure: function (clicks) {
        const id = by().prop_id || "";
        if (!by().value) return none();
        return JSON.parse(id.slice(0, id.lastIndexOf("."))).measure;
      },
      address: function (measure, base, frame) {
        document.querySelectorAll(".cards > .card").forEach((card) => {
          const chosen = card.id.includes('"' + measure + '"');
          card.classList.toggle("is-chosen", chosen);
          card.setAttribute("aria-pressed", String(chosen));
        });
        const query = new URLSearchParams(location.search);
        query.set("measure", measure);
        query.set("base", base);
        query.set("week", frame.week);
        history.replaceState(history.state, "", "?" + query);
      },
      changed: function (hideout) {
        held.changed = hideout;
      },
      cells: function (at, hideout) {
        held.cells = Object.assign({}, hideout, { at: at });
        return [held.cells, hideout.said[at]];
      },
      play: function (clicks, beats, at, last, stopped) {
        const pressed = (by().prop_id || "").startsWith("weekly-play");
        if (pressed) {
          if (!stopped) return [true, none(), "▶", "false"];
          return [false, at >= last ? 0 : none(), "❚❚", "true"];
        }
        if (at >= last) return [true, none(), "▶", "false"];
        return [none(), at + 1, none(), none()];
      },
    },
  });

  /* ---- the page's language and theme, and the keyboard ---- */

  function follow() {
    const page = document.querySelector(".weekly");
    if (!page) return;
    /* a page built anew brings its own words and values: what the old one showed is forgotten */
    if (held.page !== page) Object.assign(held, { page: page, changed: null, cells: null });
    root.lang = page.lang;
    root.dataset.theme = page.dataset.theme;
  }

  function typing(target) {
    return target.closest("input, textarea, select, [role=slider], [role=radiogroup], .leaflet-container, .ag-root-wrapper");
  }

  document.addEventListener("keydown", (event) => {
    if (!here() || event.altKey || event.ctrlKey || event.metaKey || typing(event.target)) return;
    const id = { ArrowLeft: "weekly-earlier", ArrowRight: "weekly-later" }[event.key];
    const button = id && document.getElementById(id);
    if (button && !button.disabled) button.click();
  });

  /* ---- print: the map is drawn anew for its place on the paper, in the colours of paper ---- */

  function mapIn(selector) {
    const box = document.querySelector(selector + " .leaflet-container");
    return box && [...held.maps].find((map) => map.getContainer() === box);
  }

  let before = null;
  function toPaper() {
    const box = document.querySelector(".sheet .leaflet-container"), map = mapIn(".sheet");
    if (!box || !map || held.printing) return;
    held.printing = true;
    before = { width: box.style.width, height: box.style.height, centre: map.getCenter(), zoom: map.getZoom() };
    const mm = 96 / 25.4;
    box.style.width = 78 * mm + "px";
    box.style.height = 41 * mm + "px";
    map.invalidateSize({ animate: false, pan: false });
    const bounds = (held.changed || {}).bounds;
    if (bounds) map.fitBounds(bounds, { animate: false });
    restyle(map, paperStyle, held.changed || {});
  }

  function paperStyle(feature, context) {
    return known(feature, context) ? changeStyle(feature, context) : outlineStyle(feature, context);
  }

  function toScreen() {
    const box = document.querySelector(".sheet .leaflet-container"), map = mapIn(".sheet");
    if (!held.printing || !box || !map) return;
    held.printing = false;
    box.style.width = before.width;
    box.style.height = before.height;
    map.invalidateSize({ animate: false, pan: false });
    map.setView(before.centre, before.zoom, { animate: false });
    restyle(map, paperStyle, held.changed || {});
  }

  window.addEventListener("beforeprint", toPaper);
  window.addEventListener("afterprint", toScreen);

  document.addEventListener("DOMContentLoaded", () => {
    new MutationObserver(follow).observe(document.body, { childList: true, subtree: true });
  });
})();
