const GREY = "#8a8f98";
const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
const inside = (x, y, line) => {
  let hit = false;
  for (let i = 0, j = line.length - 1; i < line.length; j = i++) {
    const [a, b] = line[i], [c, d] = line[j];
    if (b > y !== d > y && x < ((c - a) * (y - b)) / (d - b) + a) hit = !hit;
  }
  return hit;
};

export default function ({ data, parentElement, setTriggerValue }) {
  const at = (name) => parentElement.querySelector(name);
  const grid = at(".panels"), count = at(".count"), clear = at(".clear"), legend = at(".legend"), tip = at(".tip");
  const n = data.titles.length;
  const codes = new Int32Array(bytes(data.coloring.codes));
  const color = (i) => (codes[i] < 0 ? GREY : data.coloring.palette[codes[i] % data.coloring.palette.length]);

  // What the browser itself remembers between two answers of the server.
  const state = (grid.state ??= { selected: new Set(), hover: -1 });
  const told = data.selected.join();
  if (state.told !== told) { state.told = told; state.selected = new Set(data.selected); }
  state.focus = data.focus ?? -1;

  const signature = data.panels.map((p) => p.name).join("\n");
  if (grid.signature !== signature) {
    grid.signature = signature;
    grid.replaceChildren(...data.panels.map((p) => {
      const figure = make("figure"), caption = make("figcaption"), dot = make("span", "dot");
      dot.style.background = p.color;
      caption.append(dot, make("b", "", p.name), make("span", "note", p.note));
      const canvas = make("canvas");
      canvas.setAttribute("role", "img");
      figure.append(caption, canvas);
      return figure;
    }));
  }
  const panels = data.panels.map((p, k) => ({
    canvas: grid.children[k].querySelector("canvas"), xy: new Float32Array(bytes(p.xy)), name: p.name, line: null,
  }));
  panels.forEach((p, k) => {
    p.canvas.setAttribute("aria-label", `Map of ${n} items as ${p.name} sees them`);
    grid.children[k].querySelector(".note").textContent = data.panels[k].note;
  });

  const place = (p) => {
    const width = p.canvas.clientWidth, height = p.canvas.clientHeight, pad = 16;
    let [l, r, t, b] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = 0; i < n; i++) {
      const x = p.xy[2 * i], y = p.xy[2 * i + 1];
      l = Math.min(l, x); r = Math.max(r, x); t = Math.min(t, y); b = Math.max(b, y);
    }
    const scale = Math.min((width - 2 * pad) / (r - l || 1), (height - 2 * pad) / (b - t || 1));
    const dx = (width - scale * (r - l)) / 2, dy = (height - scale * (b - t)) / 2;
    p.px = new Float32Array(2 * n);
    for (let i = 0; i < n; i++) {
      p.px[2 * i] = dx + scale * (p.xy[2 * i] - l);
      p.px[2 * i + 1] = dy + scale * (p.xy[2 * i + 1] - t);
    }
  };

  const draw = (p) => {
    const dpr = window.devicePixelRatio || 1, { clientWidth: w, clientHeight: h } = p.canvas;
    if (!w) return;
    if (p.canvas.width !== Math.round(w * dpr) || p.canvas.height !== Math.round(h * dpr)) {
      p.canvas.width = Math.round(w * dpr); p.canvas.height = Math.round(h * dpr);
    }
    const g = p.canvas.getContext("2d"), style = getComputedStyle(p.canvas);
    const ink = style.color, paper = style.backgroundColor;
    g.setTransform(dpr, 0, 0, dpr, 0, 0);
    g.clearRect(0, 0, w, h);
    const spot = (i, size, fill) => {
      g.fillStyle = fill; g.beginPath(); g.arc(p.px[2 * i], p.px[2 * i + 1], size, 0, 7); g.fill();
    };
    const any = state.selected.size > 0, size = n > 5000 ? 1.5 : n > 2500 ? 2 : 2.5;
    g.globalAlpha = any ? 0.16 : 0.75;
    for (let i = 0; i < n; i++) if (!state.selected.has(i)) spot(i, size, any ? GREY : color(i));
    g.globalAlpha = 1;
    for (const i of state.selected) spot(i, size + 1, color(i));

    g.strokeStyle = ink; g.lineWidth = 1.2; g.globalAlpha = 0.55; g.beginPath();
    data.history.forEach((i, k) => g[k ? "lineTo" : "moveTo"](p.px[2 * i], p.px[2 * i + 1]));
    g.stroke(); g.globalAlpha = 1;
    for (const i of data.top) {
      const x = p.px[2 * i], y = p.px[2 * i + 1];
      g.beginPath(); g.moveTo(x, y - 6); g.lineTo(x + 6, y); g.lineTo(x, y + 6); g.lineTo(x - 6, y); g.closePath();
      g.fillStyle = paper; g.fill(); g.lineWidth = 2; g.strokeStyle = ink; g.stroke();
    }
    g.font = "600 10px sans-serif"; g.textAlign = "center"; g.textBaseline = "middle";
    data.history.forEach((i, k) => {
      spot(i, 8, ink); g.fillStyle = paper; g.fillText(String(k + 1), p.px[2 * i], p.px[2 * i + 1] + 0.5);
    });
    for (const [i, width] of [[state.focus, 3], [state.hover, 1.5]]) {
      if (i < 0) continue;
      g.beginPath(); g.arc(p.px[2 * i], p.px[2 * i + 1], 11, 0, 7); g.lineWidth = width; g.strokeStyle = ink; g.stroke();
    }
    if (p.line) {
      g.beginPath(); p.line.forEach(([x, y], k) => g[k ? "lineTo" : "moveTo"](x, y));
      g.lineWidth = 1.5; g.setLineDash([4, 3]); g.strokeStyle = ink; g.stroke(); g.setLineDash([]);
    }
  };
  const redraw = () => { cancelAnimationFrame(state.frame); state.frame = requestAnimationFrame(() => panels.forEach(draw)); };

  const tell = () => {
    count.textContent = state.selected.size
      ? `${state.selected.size} selected of ${n}` : `${n} items. Draw around some with the mouse, or choose a colour.`;
    clear.style.visibility = state.selected.size ? "visible" : "hidden";
  };
  const select = (rows) => {
    state.selected = new Set(rows);
    const list = [...state.selected].sort((a, b) => a - b);
    state.told = list.join();
    tell(); redraw(); setTriggerValue("select", list);
  };
  const nearest = (p, x, y, most) => {
    let best = -1, least = most * most;
    for (let i = 0; i < n; i++) {
      const d = (p.px[2 * i] - x) ** 2 + (p.px[2 * i + 1] - y) ** 2;
      if (d < least) { least = d; best = i; }
    }
    return best;
  };
  const show = (i, event) => {
    if (state.hover !== i) { state.hover = i; redraw(); }
    tip.replaceChildren();
    tip.style.display = i < 0 ? "none" : "block";
    if (i < 0) return;
    tip.append(make("b", "", data.titles[i]), make("span", "", data.chips[i]));
    const box = grid.getBoundingClientRect(), left = event.clientX - box.left;
    tip.style.left = `${Math.min(left + 14, box.width - 230)}px`;
    tip.style.top = `${event.clientY - box.top + grid.offsetTop + 16}px`;
  };

  panels.forEach((p) => {
    const spot = (event) => {
      const box = p.canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    p.canvas.onpointerdown = (event) => {
      if (event.button !== 0) return;
      p.start = spot(event);
      if (event.pointerType !== "touch") { p.line = [p.start]; p.canvas.setPointerCapture(event.pointerId); }
    };
    p.canvas.onpointermove = (event) => {
      const [x, y] = spot(event);
      if (p.line) { p.line.push([x, y]); show(-1); redraw(); } else show(nearest(p, x, y, 12), event);
    };
    p.canvas.onpointerup = (event) => {
      const line = p.line, [x, y] = spot(event);
      p.line = null;
      if (!p.start) return;
      const far = line && line.some(([a, b]) => Math.hypot(a - p.start[0], b - p.start[1]) > 6);
      p.start = null;
      if (far) {
        const rows = [];
        for (let i = 0; i < n; i++) if (inside(p.px[2 * i], p.px[2 * i + 1], line)) rows.push(i);
        select(event.shiftKey ? [...state.selected, ...rows] : rows);
      } else {
        const i = nearest(p, x, y, 14);
        if (i >= 0) { state.focus = i; setTriggerValue("focus", i); }
        redraw();
      }
    };
    p.canvas.onpointerleave = () => { if (!p.line) show(-1); };
    p.canvas.ondblclick = () => select([]);
  });
  clear.onclick = () => select([]);
  grid.onkeydown = (event) => { if (event.key === "Escape") select([]); };

  const sizes = data.coloring.labels.map((_, c) => codes.reduce((sum, code) => sum + (code === c), 0));
  const mark = (shape, words) => {
    const entry = make("span", "mark");
    entry.append(make("span", shape, shape === "number" ? "1" : ""), make("span", "", words));
    return entry;
  };
  legend.replaceChildren(
    ...data.coloring.labels.map((label, c) => {
      const entry = make("button", "entry"), dot = make("span", "dot");
      entry.type = "button";
      entry.title = `Select the ${sizes[c]} items with ${data.coloring.name} ${label}`;
      dot.style.background = data.coloring.palette[c % data.coloring.palette.length];
      entry.append(dot, make("span", "", label), make("span", "size", sizes[c]));
      entry.onclick = () => select([...codes.keys()].filter((i) => codes[i] === c));
      return entry;
    }),
    ...(data.history.length ? [mark("number", "your history, in order")] : []),
    ...(data.top.length ? [mark("diamond", "its top ten")] : []),
  );

  tell();
  panels.forEach(place);
  redraw();
  state.observer?.disconnect();
  state.observer = new ResizeObserver(() => { panels.forEach(place); panels.forEach(draw); });
  state.observer.observe(grid);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const onTheme = () => setTimeout(redraw, 60);
  dark.addEventListener("change", onTheme);
  return () => { state.observer.disconnect(); dark.removeEventListener("change", onTheme); };
}
