/* Draw the map: how areas, cells, hotspots, roads, incidents, squads and routes look. No page logic here.
 *
 * dash-leaflet looks these functions up by name ("gridcommand.areaStyle"). Geometry comes once, by URL; what changes
 * (values, classes, colours, words) comes in `hideout`.
 */
(function () {
  "use strict";

  const PALETTES = {
    dark: {
      good_bad: ["#1c3c57", "#2f4759", "#4f4a42", "#7b5526", "#aa6a17"],
      bad_good: ["#aa6a17", "#7b5526", "#4f4a42", "#2f4759", "#1c3c57"],
      volume: ["#182a3b", "#1f405d", "#295a83", "#3577aa", "#4f97cd"],
      diverging: ["#3f8fd2", "#27506f", "#2b343e", "#7b5526", "#d98a2b"],
      none: "#182028", noneLine: "#33404c", hatch: "#4f5b67", hatchGround: "#161d24", line: "#0b0f14", outline: "#7d8b99",
      road: "#5f6f7e", halo: "#0e1318", ink: "#e9eef3", incident: "#e9eef3", amber: "#ffb53d", red: "#ff6b5e",
      squad: "#6fb6f2", busy: "#6f7d8a", station: "#b9c4ce", route: "#6fb6f2", selected: "#ffffff",
    },
    light: {
      good_bad: ["#c3d9ea", "#dbe0dc", "#eecb96", "#e3a457", "#cc7a22"],
      bad_good: ["#cc7a22", "#e3a457", "#eecb96", "#dbe0dc", "#c3d9ea"],
      volume: ["#e2ecf4", "#b9d3e7", "#86b3d6", "#4d8cbf", "#1f6299"],
      diverging: ["#2f78b5", "#9cc3e0", "#e9ebec", "#eebf82", "#c0660c"],
      none: "#f0f2f4", noneLine: "#c3cbd2", hatch: "#c3cbd2", hatchGround: "#f1f3f5", line: "#ffffff", outline: "#55616d",
      road: "#a9b3bc", halo: "#ffffff", ink: "#141a20", incident: "#28323c", amber: "#b26a00", red: "#c8281b",
      squad: "#12609f", busy: "#8a949d", station: "#48535d", route: "#12609f", selected: "#000000",
    },
  };

  let state = {}, newest = null;

  function palette(hideout) {
    return PALETTES[(hideout && hideout.theme) || "dark"];
  }

  function ramp(hideout) {
    const all = palette(hideout)[hideout.ramp] || palette(hideout).volume;
    const classes = (hideout.classes || 0);
    if (classes <= 1) return [all[2]];
    const picked = [];
    for (let i = 0; i < classes; i += 1) picked.push(mix(all, (i * (all.length - 1)) / (classes - 1)));
    return picked;
  }

  function mix(colours, at) {
    const low = Math.floor(at), high = Math.min(low + 1, colours.length - 1), share = at - low;
    const channel = (k) => {
      const a = parseInt(colours[low].slice(k, k + 2), 16), b = parseInt(colours[high].slice(k, k + 2), 16);
      return Math.round(a + (b - a) * share).toString(16).padStart(2, "0");
    };
    return "#" + channel(1) + channel(3) + channel(5);
  }

  /* Hatching on canvas: Leaflet knows plain fills only. */
  const tiles = {};
  function hatch(ctx, ink, ground) {
    const key = ink + ground;
    if (!tiles[key]) {
      const tile = document.createElement("canvas");
      tile.width = tile.height = 8;
      const pen = tile.getContext("2d");
      pen.fillStyle = ground;
      pen.fillRect(0, 0, 8, 8);
      pen.strokeStyle = ink;
      pen.lineWidth = 1.4;
      pen.beginPath();
      for (const shift of [-8, 0, 8]) { pen.moveTo(shift, 8); pen.lineTo(shift + 8, 0); }
      pen.stroke();
      tiles[key] = tile;
    }
    return ctx.createPattern(tiles[key], "repeat");
  }

  function teachCanvasToHatch() {
    if (!window.L || L.Canvas.prototype._gridcommand) return;
    const plain = L.Canvas.prototype._fillStroke;
    L.Canvas.include({
      _gridcommand: true,
      _fillStroke: function (ctx, layer) {
        const options = layer.options;
        if (!options.hatch || !options.fill) return plain.call(this, ctx, layer);
        ctx.globalAlpha = 1;
        ctx.fillStyle = hatch(ctx, options.hatch, options.fillColor);
        ctx.fill(options.fillRule || "evenodd");
        return plain.call(this, ctx, Object.assign(Object.create(layer), { options: Object.assign({}, options, { fill: false }) }));
      },
    });
  }

  /* ---- areas and cells ---- */

  function areaStyle(feature, context) {
    teachCanvasToHatch();
    window.gridcommand.map = context.map;
    /* dash-leaflet styles what it fetched with the hideout it had when it began to fetch: take the newest */
    const hideout = newest || context.hideout || {}, colours = palette(hideout);
    state = hideout;
    const code = feature.properties.code, held = (hideout.values || {})[code];
    const style = {
      weight: hideout.thin ? 0.6 : 1.2, color: colours.line, opacity: 1, fill: true, fillOpacity: 0.92,
      fillColor: colours.none, hatch: null,
    };
    const hot = (hideout.hot || {})[code];
    if (hot) Object.assign(style, { color: colours.diverging[hot > 0 ? 4 : 0], weight: 2.2 });
    if (!held) return hot ? style : Object.assign(style, { color: colours.noneLine });
    if (held.few) return Object.assign(style, { fillColor: colours.hatchGround, hatch: colours.hatch });
    if (held.c >= 0) style.fillColor = ramp(hideout)[held.c];
    return style;
  }

  function escape(text) {
    return String(text).replace(/[&<>"']/g, (c) => "&#" + c.charCodeAt(0) + ";");
  }

  function areaTip(feature, layer) {
    layer.bindTooltip(function () {
      const shape = feature.properties, english = state.lang === "en", held = (state.values || {})[shape.code];
      const name = english ? shape.name_en : shape.name_zh, parent = english ? shape.parent_en : shape.parent_zh;
      const lines = ["<b>" + escape(name || shape.code) + "</b>" + (parent ? " <i>" + escape(parent) + "</i>" : "")];
      lines.push(escape(state.label || "") + " <b>" + escape(held ? held.t : state.nothing || "") + "</b>"
        + (held && held.d ? " <i>" + escape(held.d) + "</i>" : ""));
      if (held && held.few) lines.push("<i>" + escape(state.few_words || "") + "</i>");
      const odds = (state.hot_words || {})[shape.code];
      if (odds) lines.push(escape(odds));
      return lines.join("<br>");
    }, { sticky: true, className: "gc-tip", opacity: 1 });
  }

  /* ---- outlines and names ---- */

  function outlineStyle(feature, context) {
    const colours = palette(context.hideout);
    return { weight: 1.6, color: colours.outline, opacity: 0.9, fill: false, interactive: false };
  }

  function nameAt(feature, latlng, context) {
    const hideout = context.hideout || {}, shape = feature.properties;
    const text = hideout.lang === "en" ? shape.name_en : shape.name_zh;
    return L.marker(latlng, {
      interactive: false, keyboard: false, pane: context.pane || "names",
      icon: L.divIcon({ className: "gc-name", html: "<span>" + escape(text || shape.code) + "</span>", iconSize: [0, 0] }),
    });
  }

  /* Hide names that would lie on one another; the earlier (larger area first) stays. */
  function declutter() {
    const kept = [];
    document.querySelectorAll(".gc-name span").forEach((span) => {
      const box = span.getBoundingClientRect();
      const clash = kept.some((b) => box.left < b.right + 4 && box.right > b.left - 4 && box.top < b.bottom + 2 && box.bottom > b.top - 2);
      span.classList.toggle("gc-off", clash);
      if (!clash) kept.push(box);
    });
  }

  /* ---- marks: shape says the state, so that colour is never alone ---- */

  const SHAPES = {
    circle: (x, y, r) => `M${x - r},${y}a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0`,
    square: (x, y, r) => `M${x - r},${y - r}h${2 * r}v${2 * r}h${-2 * r}z`,
    triangle: (x, y, r) => `M${x},${y - 1.25 * r}L${x + 1.2 * r},${y + 0.95 * r}L${x - 1.2 * r},${y + 0.95 * r}z`,
    plus: (x, y, r) => SHAPES.circle(x, y, r) + `M${x - 0.55 * r},${y}h${1.1 * r}M${x},${y - 0.55 * r}v${1.1 * r}`,
    minus: (x, y, r) => SHAPES.circle(x, y, r) + `M${x - 0.55 * r},${y}h${1.1 * r}`,
    diamond: (x, y, r) => `M${x},${y - 1.35 * r}L${x + 1.35 * r},${y}L${x},${y + 1.35 * r}L${x - 1.35 * r},${y}z`,
    house: (x, y, r) => `M${x - r},${y + r}v${-1.2 * r}l${r},${-r}l${r},${r}v${1.2 * r}z`,
  };

  const renderers = new WeakMap();
  function svgOf(map, pane) {
    if (!map) return undefined;
    if (!renderers.has(map)) renderers.set(map, {});
    const held = renderers.get(map);
    if (!held[pane]) held[pane] = L.svg({ pane: pane, padding: 0.5 });
    return held[pane];
  }

  let Mark = null;
  function mark(latlng, options, context) {
    if (!Mark) {
      Mark = L.CircleMarker.extend({
        _updatePath: function () {
          const p = this._point, draw = SHAPES[this.options.shape] || SHAPES.circle;
          if (this._renderer._setPath) this._renderer._setPath(this, this._empty() ? "M0 0" : draw(p.x, p.y, this._radius));
          else this._renderer._updateCircle(this);
        },
      });
    }
    const renderer = svgOf(context && context.map, options.pane);
    return new Mark(latlng, Object.assign(renderer ? { renderer: renderer } : {}, options));
  }

  function scaled(pixels) {
    return pixels * Math.min(2, Math.max(0.7, Math.min(window.innerWidth / 1920, window.innerHeight / 1080)));
  }

  const STATES = { red: ["square", "red", 8], amber: ["triangle", "amber", 8], plain: ["circle", "incident", 4.4] };

  function incidentAt(feature, latlng, context) {
    const hideout = context.hideout || {}, colours = palette(hideout);
    const held = feature.properties, look = STATES[held.state] || STATES.plain;
    const chosen = hideout.selected === held.id;
    const layer = mark(latlng, {
      pane: "marks", shape: look[0], radius: scaled(look[2]) * (chosen ? 1.5 : 1), fill: true, fillColor: colours[look[1]],
      fillOpacity: held.state === "plain" ? Math.max(0.35, 1 - (held.age || 0)) : 1,
      color: chosen ? colours.selected : colours.halo, weight: chosen ? 3 : 1.4, className: "gc-mark",
    }, context);
    layer.bindTooltip(() => held.tip.map(escape).join("<br>"), { className: "gc-tip", opacity: 1 });
    return layer;
  }

  function squadAt(feature, latlng, context) {
    const colours = palette(context.hideout), held = feature.properties;
    const layer = mark(latlng, {
      pane: "marks", shape: "diamond", radius: scaled(6.5), fill: true, fillColor: held.free ? colours.squad : colours.halo,
      fillOpacity: 1, color: held.free ? colours.halo : colours.busy, weight: held.free ? 1.4 : 2, className: "gc-mark",
    }, context);
    layer.bindTooltip(() => held.tip.map(escape).join("<br>"), { className: "gc-tip", opacity: 1 });
    return layer;
  }

  function stationAt(feature, latlng, context) {
    const colours = palette(context.hideout), held = feature.properties;
    const layer = mark(latlng, {
      pane: "marks", shape: "house", radius: scaled(7), fill: true, fillColor: colours.halo, fillOpacity: 1,
      color: colours.station, weight: 2, className: "gc-mark",
    }, context);
    layer.bindTooltip(() => held.tip.map(escape).join("<br>"), { className: "gc-tip", opacity: 1 });
    return layer;
  }

  /* A hotspot is a ring with a plus, a cold one a ring with a minus: no shape an incident has. */
  function hotAt(feature, latlng, context) {
    const colours = palette(context.hideout), held = feature.properties;
    const layer = mark(latlng, {
      pane: "marks", shape: held.hot > 0 ? "plus" : "minus", radius: scaled(5 + 1.5 * held.strength), fill: true,
      fillColor: colours.halo, fillOpacity: 0.75, color: held.hot > 0 ? colours.diverging[4] : colours.diverging[0], weight: scaled(2.4),
      className: "gc-mark",
    }, context);
    layer.bindTooltip(() => held.tip.map(escape).join("<br>"), { className: "gc-tip", opacity: 1 });
    return layer;
  }

  /* ---- lines ---- */

  function roadStyle(feature, context) {
    const colours = palette(context.hideout), speed = feature.properties.kmh || 30;
    return { color: colours.road, weight: speed >= 70 ? 1.8 : speed >= 45 ? 1.1 : 0.6, opacity: 0.8, interactive: false };
  }

  function routeStyle(feature, context) {
    const colours = palette(context.hideout), first = feature.properties.rank === 1;
    return {
      color: first ? colours.route : colours.busy, weight: scaled(first ? 6 : 3.5), opacity: first ? 0.95 : 0.75,
      dashArray: feature.properties.straight ? "2 10" : null, lineCap: "round", lineJoin: "round", interactive: false,
    };
  }

  window.gridcommand = Object.assign(window.gridcommand || {}, {
    areaStyle: areaStyle, areaTip: areaTip, outlineStyle: outlineStyle, nameAt: nameAt, declutter: declutter, incidentAt: incidentAt, squadAt: squadAt,
    stationAt: stationAt, hotAt: hotAt, roadStyle: roadStyle, routeStyle: routeStyle,
    ramp: ramp, palette: palette, setNewest: (hideout) => { newest = hideout; }, newest: () => newest,
  });
})();
