const SVG = "http://www.w3.org/2000/svg";
const TITLES = {
  history: "history", facets: "facets", experts: "experts", router: "router", gate: "gate", score: "score", next: "next",
};
const node = (tag, attributes = {}, ...children) => {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};
const write = (x, y, text, kind = "", anchor = "start") => {
  const made = node("text", { x, y, class: kind, "text-anchor": anchor });
  made.textContent = text;
  return made;
};
const percent = (share) => `${share >= 0.1 || share === 0 ? Math.round(100 * share) : (100 * share).toFixed(1)}\u00a0%`;

export default function flow({ data, parentElement, setTriggerValue }) {
  const at = (name) => parentElement.querySelector(name);
  const root = at(".root"), picture = at(".picture"), tip = at(".tip");
  const pen = document.createElement("canvas").getContext("2d");
  const wide = (text, size = 12, weight = 400) => {
    pen.font = `${weight} ${size}px ${getComputedStyle(root).fontFamily}`;
    return pen.measureText(text).width;
  };
  const cut = (text, width, size, weight) => {
    if (wide(text, size, weight) <= width) return text;
    let kept = text;
    while (kept.length > 1 && wide(`${kept}…`, size, weight) > width) kept = kept.slice(0, -1).trimEnd();
    return `${kept}…`;
  };
  const wrap = (text, width, lines, size) => { // whole words, as many lines as there may be
    const found = [];
    let rest = text.split(" ");
    while (rest.length && found.length < lines) {
      let n = rest.length;
      while (n > 1 && wide(rest.slice(0, n).join(" "), size) > width) n -= 1;
      if (found.length === lines - 1) n = rest.length;
      found.push(cut(rest.slice(0, n).join(" "), width, size));
      rest = rest.slice(n);
    }
    return found;
  };
  const color = (h) => data.facets[h]?.color ?? "var(--st-primary-color)";
  const full = (one) => (one.year ? `${one.title} (${one.year})` : one.title);
  const on = (stage) => data.stages.includes(stage), known = (stage) => data.known.includes(stage);
  const group = (stage, kind = "") => node("g", { class: `${kind} ${on(stage) ? "" : "off"}`.trim() });

  const draw = () => {
    const W = Math.max(280, root.clientWidth), down = W < 500; // narrow: from the top down
    const H = data.lanes.length, T = data.cards.length, faceted = data.facets.length > 0, heads = data.small ? 0 : 24;
    const marks = [];
    const mark = (g, say) => {
      g.classList.add("mark");
      g.setAttribute("role", "img");
      g.setAttribute("aria-label", say);
      g.say = say;
      marks.push(g);
      return g;
    };

    // Along: where each part begins and ends. Across: room for cards, lanes and rows. Down, x and y change places.
    const across = down ? W : data.small ? 300 : 400, gap = down ? 30 : 0;
    const along = down
      ? { cards: [gap, gap + 62], lanes: [gap + 62 + 64, gap + 62 + 64 + 110], gate: [0, 0], rows: [0, 0] }
      : { cards: [0, 0.18 * W], lanes: [0.275 * W, 0.42 * W], gate: [0.5 * W, 0.5 * W + 16], rows: [0.655 * W, W] };
    if (down) {
      along.gate = [along.lanes[1] + 62, along.lanes[1] + 80];
      along.rows = [along.gate[1] + 64, along.gate[1] + 64 + 44 * data.places + 6];
    }
    const height = down ? along.rows[1] + 4 : across + heads;
    const P = (a, c) => (down ? [c, a] : [a, c + heads]);
    const box = (a0, a1, c0, c1) => {
      const [x0, y0] = P(a0, c0), [x1, y1] = P(a1, c1);
      return { x: x0, y: y0, width: Math.max(0, x1 - x0), height: Math.max(0, y1 - y0) };
    };
    const ribbon = (a0, c0, w0, a1, c1, w1) => { // from width w0 to w1, around its middle
      const m = (a0 + a1) / 2, to = (a, c) => P(a, c).map((v) => v.toFixed(1)).join(" ");
      return `M${to(a0, c0 - w0 / 2)}C${to(m, c0 - w0 / 2)} ${to(m, c1 - w1 / 2)} ${to(a1, c1 - w1 / 2)}`
        + `L${to(a1, c1 + w1 / 2)}C${to(m, c1 + w1 / 2)} ${to(m, c0 + w0 / 2)} ${to(a0, c0 + w0 / 2)}Z`;
    };

    const svg = node("svg", { viewBox: `0 0 ${W} ${height}`, height, role: "group" });
    svg.setAttribute("aria-label", data.small ? data.words.join(" ") : "From the history to the next item");
    const defs = node("defs");
    data.patterns.forEach((sign, h) => defs.append(pattern(sign, color(h), `fame-${h}`)));
    const off = node("pattern", { id: "fame-popularity", width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
    off.append(node("rect", { width: 2.5, height: 5, fill: "$NEUTRAL" }));
    defs.append(off);
    svg.append(defs);

    // Cards.
    const space = across / Math.max(T, 1), side = Math.min(space - 6, down ? 96 : 58);
    const middle = (j) => space * (j + 0.5);
    const cards = group("history");
    data.cards.forEach((card, j) => {
      const g = node("g", { class: `card ${card.kind}` });
      const frame = box(along.cards[0] + 0.5, along.cards[1], middle(j) - side / 2, middle(j) + side / 2);
      g.append(node("rect", { ...frame, rx: 6 }));
      const room = frame.width - 12, lines = wrap(card.title, room, Math.min(down ? 4 : 2, Math.max(1, Math.floor((frame.height - 4) / 14))), 11);
      const top = frame.y + frame.height / 2 - 7 * (lines.length - 1) + 4;
      lines.forEach((line, k) => g.append(write(frame.x + 6, top + 14 * k, line, "small")));
      cards.append(mark(g, card.kind === "item" ? `Item ${card.number}: ${full(card)}` : card.kind === "start" ? "The begin token, which stands before every history" : `${card.title} items`));
    });

    // Lanes.
    const opened = data.lanes.findIndex((lane) => lane.open);
    const shares = data.lanes.map((_, h) => (opened < 0 ? 1 : h === opened ? 2.2 : 0.8));
    const sum = shares.reduce((a, b) => a + b, 0), edges = [0];
    shares.forEach((share) => edges.push(edges.at(-1) + (across * share) / sum));
    const lane = (h) => [edges[h] + 4, edges[h + 1] - 4], mid = (h) => (edges[h] + edges[h + 1]) / 2;
    const name = 18;
    const band = Math.min(...data.lanes.map((_, h) => lane(h)[1] - lane(h)[0] - (down ? 8 : name + 6)), down ? 46 : 40);
    const core = (h) => mid(h) + (down ? 0 : name / 2); // middle of what flows, below the name
    const mouth = along.lanes[0] + (down ? name : 0);

    // What each reads of each card: as wide at the card as on the other side, on a scale of its own.
    const reads = (values, card) => (card.kind === "start" ? values[0] : values.slice(1 + card.from, 2 + card.to).reduce((a, b) => a + b, 0));
    const streams = data.lanes.flatMap((one, h) => {
      if (!one.reads) return [];
      if (!one.open) return [{ h, values: one.reads, width: band, into: core(h), a: along.lanes[0] }];
      const room = (lane(h)[1] - lane(h)[0] - (down ? 8 : name + 6)) / one.open.length;
      return one.open.map((values, n) => ({ h, n, values, width: Math.min(room - 3, band), into: place(h, n, one.experts.length).c, a: along.lanes[0] }));
    });
    function place(h, n, N) { // of an expert: in one file, or in two where there are many
      const [c0, c1] = lane(h), top = c0 + (down ? 4 : name + 2), room = c1 - 4 - top;
      const files = N > 4 && !data.lanes[h].open ? 2 : 1, perFile = Math.ceil(N / files), step = room / perFile;
      const a0 = along.lanes[0] + (down ? name : 0), length = along.lanes[1] - a0;
      const there = files > 1 ? (n % 2 ? 0.62 : 0.4) : data.lanes[h].open && !down ? 0.75 : 0.5; // beside its weight
      return { c: top + step * (Math.floor(n / files) + 0.5), a: a0 + length * there, room: step };
    }
    const outgoing = data.cards.map((card) => streams.reduce((total, s) => total + reads(s.values, card) * s.width, 0));
    const scale = Math.min(1, (side - 4) / Math.max(...outgoing, 1e-9));
    const used = outgoing.map((width, j) => middle(j) - (scale * width) / 2);
    const reading = group("facets"), opening = group("experts"); // what facets read, and what experts do one by one
    for (const stream of streams) {
      let end = stream.into - stream.width / 2;
      data.cards.forEach((card, j) => {
        const share = reads(stream.values, card), w = share * stream.width, from = used[j] + (scale * w) / 2;
        const path = node("path", { class: "ribbon", d: ribbon(along.cards[1], from, scale * w, stream.a, end + w / 2, w) });
        path.style.setProperty("--color", stream.n === undefined ? color(stream.h) : data.lanes[stream.h].experts[stream.n].color);
        path.say = `${data.lanes[stream.h].name}${stream.n === undefined ? "" : `, expert ${stream.n + 1}`} reads ${percent(share)} from ${full(card)}`;
        used[j] += scale * w;
        end += w;
        if (opened >= 0 && stream.h !== opened) path.classList.add("off");
        (stream.n === undefined ? reading : opening).append(path);
      });
    }
    if (!streams.length) data.cards.forEach((_, j) => { // read in order, without weights
      const [x0, y0] = P(along.cards[1], middle(j)), [x1, y1] = P(along.lanes[0], core(0));
      const thread = node("path", { class: "thread unweighed", d: `M${x0} ${y0}L${x1} ${y1}` });
      thread.style.setProperty("--color", color(0));
      reading.append(thread);
    });

    const lanes = group("facets"), experts = group("experts"), router = group("router"), gate = group("gate");
    const gateRoom = Math.min(across - 40, down ? W : 220), gateTop = (across - gateRoom) / 2;
    let filled = gateTop;
    data.lanes.forEach((one, h) => {
      const [c0, c1] = lane(h), frame = box(along.lanes[0], along.lanes[1], c0, c1);
      const g = node("g", { class: "lane" });
      g.style.setProperty("--color", color(h));
      g.append(node("rect", { ...frame, rx: 8 }));
      let left = frame.x + 8;
      if (faceted) {
        const { letter, ink } = data.facets[h], badge = Math.max(14, wide(letter, 11, 700) + 6);
        g.append(node("rect", { class: "fill", x: left, y: frame.y + 4, width: badge, height: 15, rx: 3, style: `fill: ${color(h)}; stroke: none` }));
        const sign = write(left + badge / 2, frame.y + 15.5, letter, "letter", "middle");
        sign.style.fill = ink;
        sign.setAttribute("aria-hidden", "true"); // the name stands beside it
        g.append(sign);
        left += badge + 5;
      }
      g.append(write(left, frame.y + 15.5, cut(one.name, frame.x + frame.width - left - 4, 12), "strong name"));
      const most = one.reads && data.cards.reduce((best, card) => (reads(one.reads, card) > reads(one.reads, best) ? card : best));
      lanes.append(mark(g, one.reads ? `${one.name} reads most from ${full(most)}: ${percent(reads(one.reads, most))}` : `${one.name} takes in one item after the other, without weights`));

      const stop = along.lanes[1], N = one.experts.length, thick = Math.min(band, 30);
      if (N > 1) {
        let merged = core(h) - thick / 2;
        one.experts.forEach((expert, n) => {
          const { c, a, room } = place(h, n, N), R = Math.min(room / 2 - 1, 15), r = Math.max(1.5, R * Math.sqrt(expert.weight)), w = expert.weight * thick;
          if (!one.open || down) {
            const [x0, y0] = one.open ? P(along.lanes[0], c) : P(mouth, core(h)), [x1, y1] = P(a - r, c), thread = node("path", { class: "thread", d: `M${x0} ${y0}L${x1} ${y1}` });
            thread.style.setProperty("--color", one.open ? expert.color : color(h));
            experts.append(thread);
          }
          const out = node("path", { class: "flow", d: ribbon(a + (down ? 0 : r), c, Math.min(w, 2 * r), stop, merged + w / 2, w) });
          out.style.setProperty("--color", color(h));
          merged += w;
          router.append(out);
          const [x, y] = P(a, c), dot = node("g");
          dot.append(node("circle", { class: "dot", cx: x, cy: y, r }));
          dot.firstChild.style.setProperty("--color", one.open ? expert.color : color(h));
          experts.append(mark(dot, `${one.name}, expert ${n + 1}: router weight ${expert.said}`));
          if (one.open && !data.small && !down && room >= 13) experts.append(write(along.lanes[0] + 6, y + 4, expert.said, "small"));
        });
      }
      if (!faceted) return;
      const size = one.gate * gateRoom, g2 = node("g"), begin = N > 1 ? thick : band;
      const stream = node("path", { class: "flow", d: ribbon(stop, core(h), begin, along.gate[0], filled + size / 2, size) });
      stream.style.setProperty("--color", color(h));
      const bar = node("rect", { ...box(along.gate[0], along.gate[1], filled, filled + size), class: "part fill", fill: `url(#fame-${h})` });
      g2.append(bar, stream);
      const [x, y] = P(down ? along.gate[1] + 14 : along.gate[1] + 6, filled + size / 2);
      if (!data.small && size > (down ? 34 : 13)) g2.append(write(x, y + (down ? 0 : 4), one.said, "small", down ? "middle" : "start"));
      gate.append(mark(g2, `The gate gives ${one.name} ${one.said}`));
      filled += size;
    });
    if (!faceted) {
      const stream = node("path", { class: "flow", d: ribbon(along.lanes[1], core(0), band, along.gate[0], across / 2, band) });
      stream.style.setProperty("--color", color(0));
      gate.append(stream);
    }

    // Ranking.
    const step = down ? 44 : across / Math.max(data.places, 1), score = group("score"), next = group("next");
    const likeliest = Math.max(...data.rows.map((row) => row.probability), 1e-9);
    const total = (parts, sign) => parts.reduce((all, part) => all + Math.max(0, sign * part), 0);
    const low = Math.max(0, ...data.rows.map((row) => total(row.parts, -1))), high = Math.max(1e-9, ...data.rows.map((row) => total(row.parts, 1)));
    const left = down ? 0 : along.rows[0], room = (down ? W : along.rows[1]) - left;
    for (let i = 0; i < data.places; i += 1) {
      const row = data.rows[i], y0 = down ? along.rows[0] + step * i : heads + step * i + step / 2 - 20;
      const w = row ? Math.max(0.7, (12 * row.probability) / likeliest) : 1;
      if (!down) {
        const path = node("path", { class: "flow neutral", d: ribbon(along.gate[1] + (faceted && !data.small ? 36 : 2), across / 2, 2, along.rows[0] - 6, y0 - heads + 20, w) });
        next.append(path);
      }
      const g = node("g"), number = write(left + 4, y0 + 14, `${i + 1}`, "small soft");
      if (!row) {
        g.append(node("rect", { x: left, y: y0, width: room, height: 38, rx: 6, fill: "none" }), number, write(left + 20, y0 + 14, "?", "strong"));
        next.append(mark(g, `Place ${i + 1}: not shown yet`));
        continue;
      }
      g.append(node("rect", { x: left, y: y0, width: room, height: 38, rx: 6, fill: "none" }), number);
      const said = wide(row.said, 12) + 6;
      g.append(write(left + 20, y0 + 14, cut(full(row), room - 24 - said, 12, 600), "strong"));
      g.append(write(left + room, y0 + 14, row.said, "", "end"));
      next.append(mark(g, `${i + 1}. ${full(row)}: ${row.said}`));
      const zero = left + 20 + ((room - 20) * low) / (low + high), bars = node("g"), end = { 1: zero, [-1]: zero };
      row.parts.forEach((part, k) => {
        const sign = part < 0 ? -1 : 1, width = ((room - 20) * Math.abs(part)) / (low + high);
        const fill = k < data.facets.length ? `url(#fame-${k})` : !faceted && k === 0 ? "var(--st-primary-color)" : "url(#fame-popularity)";
        bars.append(node("rect", { class: "part fill", x: sign > 0 ? end[1] : end[-1] - width, y: y0 + 21, width, height: 12, fill }));
        end[sign] += sign * width;
      });
      bars.append(node("line", { class: "zero", x1: zero, x2: zero, y1: y0 + 18, y2: y0 + 36 }));
      score.append(mark(bars, `${full(row)}: ${row.parts.map((_, k) => `${data.names[k]} ${row.values[k]}`).join(", ")}`));
    }
    if (down && data.places) { // one stream to the list
      const path = node("path", { class: "flow neutral", d: ribbon(along.gate[1] + (faceted ? 20 : 4), W / 2, gateRoom * 0.5, along.rows[0] - (data.small ? 4 : 22), W / 2, 10) });
      next.append(path);
    }

    for (const [stage, part] of [["facets", reading], ["experts", opening], ["facets", lanes], ["router", router], ["experts", experts], ["gate", gate], ["history", cards], ["next", next], ["score", score]]) {
      if (known(stage)) svg.append(part);
    }
    if (heads) {
      const spots = {
        history: along.cards[0], facets: along.lanes[0] - (down ? 20 : 0), experts: (along.lanes[0] + along.lanes[1]) / 2,
        router: along.lanes[1], gate: along.gate[0], score: along.rows[0], next: along.rows[0],
      };
      headings(svg, spots, down, W, along);
    }
    marks.forEach((g) => { g.tabIndex = -1; g.setAttribute("tabindex", "-1"); });
    const order = [...svg.querySelectorAll(".mark")];
    order[Math.min(root.held ?? 0, order.length - 1)]?.setAttribute("tabindex", "0");
    const held = picture.getRootNode().activeElement?.closest?.(".mark") !== null && picture.contains(picture.getRootNode().activeElement);
    picture.replaceChildren(svg);
    if (held) order[root.held ?? 0]?.focus({ preventScroll: true });

    const tell = (target, box) => {
      tip.hidden = !target?.say;
      if (tip.hidden) return;
      tip.textContent = target.say;
      const frame = root.getBoundingClientRect();
      tip.style.left = `${Math.max(0, Math.min(box.left - frame.left, frame.width - tip.offsetWidth))}px`;
      tip.style.top = `${box.bottom - frame.top + 6}px`;
    };
    const speaking = (event) => (event.target.say ? event.target : event.target.closest?.(".mark"));
    svg.onpointermove = (event) => {
      if (event.pointerType !== "touch") tell(speaking(event), { left: event.clientX, bottom: event.clientY + 8 });
    };
    svg.onpointerleave = () => tell(null);
    svg.onfocusin = (event) => { if (event.target.matches(":focus-visible")) tell(speaking(event), event.target.getBoundingClientRect()); };
    svg.onfocusout = () => tell(null);
    svg.onkeydown = (event) => {
      const i = order.indexOf(event.target.closest(".mark"));
      const to = { ArrowUp: i - 1, ArrowDown: i + 1 }[event.key];
      if (i < 0 || to === undefined || !order[to]) return;
      order[i].setAttribute("tabindex", "-1");
      order[to].setAttribute("tabindex", "0");
      root.held = to;
      order[to].focus();
      event.preventDefault();
    };
  };

  const pattern = (sign, fill, id) => {
    const made = node("pattern", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse" });
    made.append(node("rect", { width: 6, height: 6, fill }));
    const line = (d) => made.append(node("path", { d, stroke: "rgba(255,255,255,.4)", "stroke-width": 1.4, fill: "none" }));
    if ("/x".includes(sign) && sign) line("M-1 1L1 -1M0 6L6 0M5 7L7 5");
    if ("\\x".includes(sign) && sign) line("M-1 5L1 7M0 0L6 6M5 -1L7 1");
    if ("-+".includes(sign) && sign) line("M0 3H6");
    if ("|+".includes(sign) && sign) line("M3 0V6");
    if (sign === ".") made.append(node("circle", { cx: 3, cy: 3, r: 1.2, fill: "rgba(255,255,255,.5)" }));
    return made;
  };

  const headings = (svg, spots, down, W, along) => { // a stage's name over its part; a button where it leads to its step
    const names = down ? ["history", "facets", "gate", "next"] : Object.keys(TITLES);
    const many = data.lanes.some((one) => one.experts.length > 1), faceted = data.facets.length > 0;
    const shown = names.filter((stage) => known(stage) && (many || !["experts", "router"].includes(stage)) && (faceted || stage !== "gate"));
    let free = 0;
    for (const stage of shown) {
      const text = down && stage === "facets" && many ? "facets, experts, router" : down && stage === "next" ? "score, next" : !faceted && stage === "facets" ? "reading" : TITLES[stage];
      const width = wide(text, 12, 700) + 10;
      let x = down ? 0 : stage === "next" ? W - width : Math.max(free, spots[stage] - 2), y = 0;
      if (down) y = { history: along.cards[0] - 26, facets: along.lanes[0] - 24, gate: along.gate[0] - 20, next: along.rows[0] - 22 }[stage];
      free = x + width + 2;
      const lit = down && stage === "facets" ? ["facets", "experts", "router"].some(on) : down && stage === "next" ? on("next") || on("score") : on(stage);
      const g = node("g", { class: `heading${lit ? " on" : ""}${data.choosable ? " can" : ""}` });
      g.append(node("rect", { x, y, width, height: 19, rx: 4 }), write(x + 5, y + 13.5, text, lit ? "strong" : ""));
      if (lit) g.append(node("line", { x1: x + 5, x2: x + width - 5, y1: y + 19, y2: y + 19 }));
      if (data.choosable) {
        g.setAttribute("role", "button");
        g.setAttribute("tabindex", "0");
        g.setAttribute("aria-label", `Go to the step about ${text}`);
        g.onclick = () => setTriggerValue("choose", stage);
        g.onkeydown = (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); setTriggerValue("choose", stage); } };
      }
      svg.append(g);
    }
  };

  draw();
  at("details").hidden = data.small;
  at("ul").replaceChildren(...data.words.map((words) => make("li", "", words)));
  root.observer?.disconnect();
  let before = root.clientWidth;
  root.observer = new ResizeObserver(() => {
    if (root.clientWidth === before || !root.clientWidth) return;
    before = root.clientWidth;
    draw();
  });
  root.observer.observe(root);
  // Who has answered or turned something gives the arrow keys back to the steps without looking for another place.
  const leave = ({ key, target }) => { if (key === "Escape" && target.matches?.("input[type=radio], input[type=range]")) target.blur(); };
  document.removeEventListener("keydown", root.leave);
  root.leave = leave;
  if (data.choosable) document.addEventListener("keydown", leave);
  return () => {
    root.observer?.disconnect();
    document.removeEventListener("keydown", root.leave);
  };
}
