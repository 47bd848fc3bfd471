const GREY = "$NEUTRAL";
const NUMBERED = 12; // so many of the newest items of the history carry their number
const PATIENCE = 5000; // ms in which an answer that does not know the newest selection yet is not taken for a change
const decode = (text, Kind) => {
  const raw = atob(text), bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return new Kind(bytes.buffer);
};
const inside = (x, y, line) => { // even and odd crossings of a ray
  let hit = false;
  for (let i = 0, j = line.length - 1; i < line.length; j = i++) {
    const [a, b] = line[i], [c, d] = line[j];
    if (b > y !== d > y && x < ((c - a) * (y - b)) / (d - b) + a) hit = !hit;
  }
  return hit;
};
const dot = (color) => { const node = make("span", "dot"); node.style.background = color; return node; };

export default function linkedMap({ data, parentElement, setTriggerValue }) {
  const at = (name) => parentElement.querySelector(name);
  const root = at(".root"), grid = at(".panels"), legend = at(".legend"), tip = at(".tip");
  const n = data.titles.length, { labels, palette } = data.coloring;
  const color = (code) => (code < 0 ? GREY : palette[code % palette.length]);

  // What the browser itself remembers from one answer of the server to the next.
  const map = (grid.map ??= {
    panels: [], selected: new Set(), focus: -1, hover: -1, mode: matchMedia("(pointer: coarse)").matches ? "" : "select",
  });
  const unpack = (store, text, Kind) => { // only what has changed
    if (store.text !== text) Object.assign(store, { text, values: decode(text, Kind) });
    return store.values;
  };
  const codes = unpack((map.codes ??= {}), data.coloring.codes, Int32Array);

  const told = data.selected.join();
  if (told === map.sent || performance.now() > map.until) map.sent = undefined;
  if (map.sent === undefined && told !== map.told) { map.told = told; map.selected = new Set(data.selected); }
  if (data.focus !== map.toldFocus) { map.toldFocus = data.focus; map.focus = data.focus ?? -1; }

  const names = JSON.stringify(data.panels.map((panel) => panel.name));
  if (map.names !== names) {
    map.names = names;
    map.panels = data.panels.map((panel) => {
      const figure = make("figure"), caption = make("figcaption"), canvas = make("canvas");
      canvas.setAttribute("role", "img");
      caption.append(dot(panel.color), make("b", "", panel.name), make("span", "note"));
      figure.append(caption, canvas);
      return { figure, canvas, name: panel.name, base: make("canvas"), zoom: 1, x: 0.5, y: 0.5, xy: {}, line: null };
    });
    grid.replaceChildren(...map.panels.map((p) => p.figure));
  }
  map.panels.forEach((p, k) => {
    p.figure.querySelector(".note").textContent = data.panels[k].note;
    p.figure.querySelector(".dot").style.background = data.panels[k].color;
    unpack(p.xy, data.panels[k].xy, Float32Array);
  });

  // Where each point is on a panel: all of them fit, then the panel's own zoom about its own middle.
  const place = (p) => {
    const xy = p.xy.values, w = p.canvas.clientWidth, h = p.canvas.clientHeight, pad = 18;
    let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = 0; i < n; i++) {
      const x = xy[2 * i], y = xy[2 * i + 1];
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
    }
    p.scale = Math.min((w - 2 * pad) / (right - left || 1), (h - 2 * pad) / (bottom - top || 1)) * p.zoom;
    const dx = w / 2 - p.scale * (left + (right - left) * p.x), dy = h / 2 - p.scale * (top + (bottom - top) * p.y);
    p.size = [p.scale * (right - left), p.scale * (bottom - top)];
    p.px = p.px?.length === 2 * n ? p.px : new Float32Array(2 * n);
    for (let i = 0; i < n; i++) {
      p.px[2 * i] = dx + p.scale * xy[2 * i];
      p.px[2 * i + 1] = dy + p.scale * xy[2 * i + 1];
    }
  };

  // The points change seldom, and are many: they are mixed into pixels by hand, ten times as fast as by drawing calls.
  const paint = (p) => {
    const dpr = window.devicePixelRatio || 1;
    const w = Math.round(p.canvas.clientWidth * dpr), h = Math.round(p.canvas.clientHeight * dpr);
    for (const canvas of [p.canvas, p.base]) { canvas.width = w; canvas.height = h; }
    const g = p.base.getContext("2d"), any = map.selected.size > 0;
    const rgb = (text) => { g.fillStyle = text; return [1, 3, 5].map((k) => parseInt(g.fillStyle.slice(k, k + 2), 16)); };
    g.fillStyle = getComputedStyle(p.canvas).backgroundColor;
    g.fillRect(0, 0, w, h);
    const image = g.getImageData(0, 0, w, h), pixels = image.data, grey = rgb(GREY);
    const colors = new Map([-1, ...labels.keys()].map((code) => [code, rgb(color(code))]));
    const dots = (radius, alpha) => { // how much of each pixel around its middle a dot covers
      const reach = Math.ceil(radius), offsets = [], shares = [];
      for (let y = -reach; y <= reach; y++) for (let x = -reach; x <= reach; x++) {
        const share = alpha * Math.min(Math.max(radius + 0.5 - Math.hypot(x, y), 0), 1);
        if (share > 0) { offsets.push(4 * (y * w + x)); shares.push(share); }
      }
      return (i, [red, green, blue]) => {
        const x = Math.round(p.px[2 * i] * dpr), y = Math.round(p.px[2 * i + 1] * dpr);
        if (!(x >= reach && y >= reach && x < w - reach && y < h - reach)) return;
        const middle = 4 * (y * w + x);
        for (let k = 0; k < offsets.length; k++) {
          const at = middle + offsets[k], share = shares[k];
          pixels[at] += (red - pixels[at]) * share;
          pixels[at + 1] += (green - pixels[at + 1]) * share;
          pixels[at + 2] += (blue - pixels[at + 2]) * share;
        }
      };
    };
    const size = (n > 6000 ? 1.6 : n > 2500 ? 2 : n > 600 ? 2.6 : 3.4) * Math.min(p.zoom, 4) ** 0.3 * dpr;
    const plain = dots(size, any ? 0.3 : 0.78), faint = dots(size, 0.35), lit = dots(size + 0.8 * dpr, 1);
    for (let i = 0; i < n; i++) {
      if (!any) (codes[i] < 0 ? faint : plain)(i, colors.get(codes[i]) ?? grey);
      else if (!map.selected.has(i)) plain(i, grey);
    }
    for (const i of map.selected) if (i < n) lit(i, colors.get(codes[i]) ?? grey);
    g.putImageData(image, 0, 0);
  };

  const draw = (p) => { // what changes often, over the points
    const dpr = window.devicePixelRatio || 1, g = p.canvas.getContext("2d"), style = getComputedStyle(p.canvas);
    const ink = style.color, paper = style.backgroundColor, accent = style.getPropertyValue("--st-primary-color") || ink;
    const x = (i) => p.px[2 * i], y = (i) => p.px[2 * i + 1];
    const circle = (i, radius) => { g.beginPath(); g.arc(x(i), y(i), radius, 0, 7); };
    const ring = (i, radius, width, stroke) => {
      if (!data.history.includes(i) && !data.top.includes(i)) { circle(i, 4); g.fillStyle = color(codes[i]); g.fill(); }
      circle(i, radius);
      g.lineWidth = width + 2; g.strokeStyle = paper; g.stroke();
      g.lineWidth = width; g.strokeStyle = stroke; g.stroke();
    };
    g.setTransform(1, 0, 0, 1, 0, 0);
    g.clearRect(0, 0, p.canvas.width, p.canvas.height);
    g.drawImage(p.base, 0, 0);
    g.setTransform(dpr, 0, 0, dpr, 0, 0);
    g.lineJoin = "round";

    g.beginPath();
    data.history.forEach((i, k) => g[k ? "lineTo" : "moveTo"](x(i), y(i)));
    g.globalAlpha = data.history.length > 2 * NUMBERED ? 0.25 : 0.6;
    g.strokeStyle = ink; g.lineWidth = 1.3; g.stroke();
    g.globalAlpha = 1;
    for (const i of data.top) {
      g.beginPath();
      [[0, -7], [7, 0], [0, 7], [-7, 0]].forEach(([a, b], k) => g[k ? "lineTo" : "moveTo"](x(i) + a, y(i) + b));
      g.closePath(); g.fillStyle = color(codes[i]); g.strokeStyle = paper; g.lineWidth = 4.5; g.stroke();
      g.fill(); g.strokeStyle = ink; g.lineWidth = 1.8; g.stroke();
    }
    g.font = `600 10px ${style.fontFamily}`; g.textAlign = "center"; g.textBaseline = "middle";
    data.history.forEach((i, k) => {
      const numbered = k >= data.history.length - NUMBERED;
      circle(i, numbered ? 8 : 3.5);
      g.fillStyle = ink; g.fill(); g.strokeStyle = paper; g.lineWidth = 1.5; g.stroke();
      if (numbered) { g.fillStyle = paper; g.fillText(String(k + 1), x(i), y(i) + 0.5); }
    });
    if (map.focus >= 0 && map.focus < n) ring(map.focus, 12, 3, accent);
    if (map.hover >= 0 && map.hover < n) ring(map.hover, 7, 2, ink);
    if (p.line?.length > 1) {
      g.beginPath(); p.line.forEach(([a, b], k) => g[k ? "lineTo" : "moveTo"](a, b));
      g.fillStyle = accent; g.globalAlpha = 0.14; g.fill(); g.globalAlpha = 1;
      g.lineWidth = 1.5; g.setLineDash([5, 3]); g.strokeStyle = accent; g.stroke(); g.setLineDash([]);
    }
  };
  const redraw = (points) => { // at most once a frame
    map.stale ||= points;
    map.frame ??= requestAnimationFrame(() => {
      if (map.stale) map.panels.filter((p) => p.canvas.clientWidth).forEach((p) => { place(p); paint(p); });
      map.panels.filter((p) => p.px).forEach(map.draw);
      map.frame = null; map.stale = false;
    });
  };
  map.draw = draw;

  const tell = () => {
    const written = (count) => count.toLocaleString("en"), all = written(n);
    const some = map.selected.size > 0, words = `${written(map.selected.size)} selected of ${all}`;
    const how = {
      select: "Draw around some, or choose a colour.",
      move: "Drag to move, turn the wheel to zoom.",
      "": "Tap one, or choose a colour.",
    };
    at(".count").textContent = some ? words : `${all} items. ${how[map.mode]}`;
    at(".clear").hidden = !some;
    map.panels.forEach((p) => {
      const name = `Map of ${all} items as ${p.name} sees them`;
      p.canvas.setAttribute("aria-label", some ? `${name}; ${words}` : name);
    });
    legend.querySelectorAll("button").forEach((entry) => {
      const rows = map.rows.get(Number(entry.dataset.code)) ?? [];
      entry.setAttribute("aria-pressed", String(some && rows.length > 0 && rows.every((i) => map.selected.has(i))));
    });
  };
  const select = (rows) => {
    const list = [...new Set(rows)].sort((a, b) => a - b);
    map.selected = new Set(list);
    map.told = map.sent = list.join();
    map.until = performance.now() + PATIENCE;
    tell(); redraw(true); setTriggerValue("select", list);
  };
  const nearest = (p, [x, y], most) => {
    let best = -1, least = most * most;
    const near = (i, bonus) => {
      const d = ((p.px[2 * i] - x) ** 2 + (p.px[2 * i + 1] - y) ** 2) / bonus;
      if (d < least) { least = d; best = i; }
    };
    for (let i = 0; i < n; i++) near(i, 1);
    for (const i of [...data.top, ...data.history]) near(i, 4); // drawn larger, on top
    return best;
  };
  const show = (i, event) => {
    if (map.hover !== i) { map.hover = i; redraw(false); }
    tip.hidden = i < 0;
    if (i < 0) return;
    const places = data.history.flatMap((row, k) => (row === i ? [k + 1] : [])), rank = data.top.indexOf(i) + 1;
    const lines = [
      data.chips[i],
      places.length && `number ${places.join(", ")} of the history`,
      rank && `number ${rank} of the top ${data.top.length}`,
    ];
    tip.replaceChildren(make("b", "", data.titles[i]), ...lines.filter(Boolean).map((text) => make("span", "", text)));
    const frame = root.getBoundingClientRect(), x = event.clientX - frame.left, y = event.clientY - frame.top;
    tip.style.left = `${Math.max(0, x + 16 + tip.offsetWidth > frame.width ? x - 12 - tip.offsetWidth : x + 16)}px`;
    tip.style.top = `${event.clientY + 20 + tip.offsetHeight > window.innerHeight ? y - 12 - tip.offsetHeight : y + 18}px`;
  };

  const view = (panels, change) => {
    panels.forEach((p) => {
      change(p);
      p.zoom = Math.min(Math.max(p.zoom, 1), 24);
      if (p.zoom === 1) p.x = p.y = 0.5;
      p.x = Math.min(Math.max(p.x, 0), 1); p.y = Math.min(Math.max(p.y, 0), 1);
    });
    at(".reset").hidden = map.panels.every((p) => p.zoom === 1);
    redraw(true);
  };
  const setMode = (mode) => {
    map.mode = mode;
    for (const name of ["select", "move"]) at(`.${name}`).setAttribute("aria-pressed", String(mode === name));
    grid.dataset.mode = mode;
    tell();
  };

  map.panels.forEach((p) => {
    const spot = (event) => [event.offsetX, event.offsetY];
    p.canvas.onpointerdown = (event) => {
      if (event.button || !p.px) return;
      p.start = p.last = spot(event); p.far = false;
      if (map.mode) p.canvas.setPointerCapture(event.pointerId);
      if (map.mode === "select") p.line = [p.start];
    };
    p.canvas.onpointermove = (event) => {
      if (!p.px) return;
      const [x, y] = spot(event);
      if (!p.start) { show(nearest(p, [x, y], 14), event); return; }
      p.far ||= Math.hypot(x - p.start[0], y - p.start[1]) > 6;
      if (p.line) { p.line.push([x, y]); redraw(false); }
      else if (map.mode === "move" && p.far) {
        view([p], () => { p.x -= (x - p.last[0]) / p.size[0]; p.y -= (y - p.last[1]) / p.size[1]; });
      }
      p.last = [x, y];
      if (p.far) show(-1);
    };
    p.canvas.onpointerup = (event) => {
      const { start, far, line } = p;
      p.start = p.line = null;
      if (!start) return;
      if (far && line) {
        const rows = event.shiftKey ? [...map.selected] : [];
        for (let i = 0; i < n; i++) if (inside(p.px[2 * i], p.px[2 * i + 1], line)) rows.push(i);
        select(rows);
      } else if (!far) {
        const i = nearest(p, start, 16);
        if (i >= 0 && i !== map.focus) { map.focus = i; setTriggerValue("focus", i); }
        if (i >= 0 && event.pointerType === "touch") show(i, event);
        redraw(false);
      }
    };
    p.canvas.onpointercancel = () => { p.start = p.line = null; redraw(false); };
    p.canvas.onpointerleave = (event) => { if (!p.start && event.pointerType !== "touch") show(-1); };
    p.canvas.ondblclick = () => { if (map.selected.size) select([]); };
    p.canvas.onwheel = (event) => { // the page scrolls unless zooming was asked for
      if (map.mode !== "move" && !event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const [x, y] = spot(event), before = p.zoom;
      view([p], () => {
        p.zoom = Math.min(Math.max(p.zoom * Math.exp(-event.deltaY / 400), 1), 24);
        const kept = 1 - before / p.zoom; // what is under the pointer stays there
        p.x += ((x - p.canvas.clientWidth / 2) / p.size[0]) * kept;
        p.y += ((y - p.canvas.clientHeight / 2) / p.size[1]) * kept;
      });
    };
  });
  at(".clear").onclick = () => { select([]); (legend.querySelector("button") ?? at(".select")).focus(); };
  at(".select").onclick = () => setMode("select");
  at(".move").onclick = () => setMode("move");
  at(".in").onclick = () => view(map.panels, (p) => { p.zoom *= 1.6; });
  at(".out").onclick = () => view(map.panels, (p) => { p.zoom /= 1.6; });
  at(".reset").onclick = () => { view(map.panels, (p) => { p.zoom = 1; }); at(".in").focus(); };

  // The legend is only made anew when it says something new, so that its buttons keep the focus.
  const said = JSON.stringify([labels, palette, data.coloring.name, !!data.history.length, data.top.length]) + data.coloring.codes;
  if (map.said !== said) {
    map.said = said;
    map.rows = new Map();
    codes.forEach((code, i) => { if (!map.rows.has(code)) map.rows.set(code, []); map.rows.get(code).push(i); });
    const entries = labels.map((label, code) => [code, label]);
    if (labels.length && map.rows.has(-1)) entries.push([-1, "other or unknown"]);
    const mark = (shape, words) => {
      const entry = make("span", "mark");
      entry.append(make("span", shape, shape === "number" ? "1" : ""), make("span", "", words));
      return entry;
    };
    legend.replaceChildren(
      ...entries.map(([code, label]) => {
        const entry = make("button", "entry"), size = (map.rows.get(code)?.length ?? 0).toLocaleString("en");
        entry.type = "button";
        entry.dataset.code = code;
        entry.title = `Select the ${size} items with ${data.coloring.name} ${label}; with Shift, add them`;
        entry.classList.toggle("rest", code < 0);
        entry.append(dot(color(code)), make("span", "", label), make("span", "size", size));
        return entry;
      }),
    );
    const marks = make("span", "marks");
    if (data.history.length) marks.append(mark("number", "your history, in order"));
    if (data.top.length) marks.append(mark("diamond", `its top ${data.top.length}`));
    legend.append(marks);
  }
  legend.onclick = (event) => {
    const entry = event.target.closest("button"), rows = map.rows.get(Number(entry?.dataset.code)) ?? [];
    if (!entry) return;
    const pressed = entry.getAttribute("aria-pressed") === "true", out = new Set(pressed ? rows : []);
    select(pressed ? [...map.selected].filter((i) => !out.has(i)) : event.shiftKey ? [...map.selected, ...rows] : rows);
  };

  setMode(map.mode);
  redraw(true);
  map.observer?.disconnect();
  map.observer = new ResizeObserver(() => redraw(true));
  map.observer.observe(grid);
  map.panels.forEach((p) => { p.canvas.ontransitionend = () => redraw(true); }); // a change of theme changes the ink
  const onKey = (event) => {
    if (event.key !== "Escape" || !(root.matches(":hover") || root.contains(grid.getRootNode().activeElement))) return;
    const drawing = map.panels.find((p) => p.line);
    if (drawing) { drawing.start = drawing.line = null; redraw(false); } else if (map.selected.size) select([]);
  };
  document.removeEventListener("keydown", map.onKey);
  document.addEventListener("keydown", (map.onKey = onKey));
  return () => { map.observer.disconnect(); document.removeEventListener("keydown", onKey); };
}
