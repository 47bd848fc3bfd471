export default function ({ data, parentElement, setTriggerValue }) {
  const list = parentElement.querySelector("ol");
  const legend = parentElement.querySelector(".legend");
  const gone = parentElement.querySelector(".gone");
  const names = [...data.facets.map((f) => f.name), ...(data.popularity ? ["popularity"] : [])];
  const paint = (node, k) => {
    if (k < data.facets.length) node.style.background = data.facets[k].color;
    else node.classList.add("popularity");
  };

  // One scale for all rows: the longest way down and the longest way up.
  const sum = (parts, sign) => parts.reduce((total, p) => total + Math.max(0, sign * p), 0);
  const down = Math.max(0, ...data.rows.map((row) => sum(row.parts, -1)));
  const up = Math.max(0, ...data.rows.map((row) => sum(row.parts, 1)));
  const scale = 100 / (down + up || 1);
  const likeliest = Math.max(...data.rows.map((row) => row.share), 1e-9);

  const partsBar = (row) => {
    const bar = make("div", "bar");
    const zero = make("span", "zero");
    zero.style.left = `${down * scale}%`;
    const ends = { 1: down * scale, [-1]: down * scale };
    row.parts.forEach((part, k) => {
      const sign = part < 0 ? -1 : 1, width = Math.abs(part) * scale;
      const piece = make("span", "part");
      paint(piece, k);
      piece.style.width = `${width}%`;
      piece.style.left = `${sign > 0 ? ends[1] : ends[-1] - width}%`;
      ends[sign] += sign * width;
      bar.append(piece);
    });
    bar.append(zero);
    return bar;
  };
  const shareBar = (row) => {
    const bar = make("div", "bar share"), piece = make("span", "part");
    piece.style.width = `${(100 * row.share) / likeliest}%`;
    bar.append(piece);
    return bar;
  };

  const choose = (li) => {
    rows().forEach((other) => other.setAttribute("aria-selected", String(other === li)));
    setTriggerValue("choose", li.dataset.id);
  };
  const rows = () => [...list.children];
  const focus = (i) => {
    const all = rows(), at = Math.min(Math.max(i, 0), all.length - 1);
    all.forEach((li, k) => { li.tabIndex = k === at ? 0 : -1; });
    all[at]?.focus();
  };

  const draw = (row) => {
    const li = make("li", "row");
    li.dataset.id = row.id;
    li.tabIndex = -1;
    li.setAttribute("role", "option");
    li.setAttribute("aria-selected", String(row.id === data.chosen));
    li.setAttribute("aria-label", [`${row.rank}. ${row.title}`, row.probability, row.move?.words, row.words].filter(Boolean).join("; "));
    const about = make("div", "about"), line = make("div", "line");
    line.append(make("span", "title", row.title));
    if (row.move) line.append(make("span", `move ${row.move.kind}`, row.move.sign));
    about.append(line, make("div", "chips", row.chips.join(" · ")));
    li.append(
      make("span", "rank", row.rank), about, make("span", "probability", row.probability),
      row.parts.length ? partsBar(row) : shareBar(row),
    );
    if (row.words) li.append(make("div", "readout", row.words));
    li.onclick = () => { focus(rows().indexOf(li)); choose(li); };
    li.onkeydown = (event) => {
      const at = rows().indexOf(li), to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: rows().length - 1 }[event.key];
      if (to !== undefined) { event.preventDefault(); focus(to); }
      else if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(li); }
    };
    return li;
  };

  legend.replaceChildren(...names.map((name, k) => {
    const entry = make("span", "entry"), dot = make("span", "dot");
    paint(dot, k);
    entry.append(dot, make("span", "", name));
    return entry;
  }));
  const held = rows().findIndex((li) => li.matches(":focus"));
  list.replaceChildren(...data.rows.map(draw));
  const all = rows();
  const tab = held >= 0 ? held : Math.max(0, data.rows.findIndex((row) => row.id === data.chosen));
  if (all.length) all[Math.min(tab, all.length - 1)].tabIndex = 0;
  if (held >= 0) focus(held);
  gone.textContent = data.gone.length ? `No longer among them: ${data.gone.join(" · ")}` : "";
}
