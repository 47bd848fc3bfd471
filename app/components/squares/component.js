
export default function squares({ data, parentElement, setTriggerValue }) {
  const at = (name) => parentElement.querySelector(name);
  const root = at(".root"), grid = at("[role=grid]"), tip = at(".tip"), T = data.titles.length;
  const cells = () => [...grid.querySelectorAll("[role=gridcell]")];
  const number = (t) => data.first + t;
  const full = (row) => (row.group ? `${row.group}, ${row.name}` : row.name);
  const say = (weight) => `${Math.round(100 * weight)}\u00a0%`;
  const labelled = (t) => !data.heat || number(t) % (T <= 60 ? 5 : 10) === 0;

  const paint = (chosen) => {
    const on = (cell) => !chosen || (data.lit === "row" ? cell.dataset.row === chosen.row : cell.t === chosen.column);
    for (const cell of cells()) {
      const here = chosen ?? data.shown, same = cell.dataset.row === here.row && cell.t === here.column;
      cell.classList.toggle("off", !on(cell));
      cell.setAttribute("aria-selected", String(Boolean(chosen) && same));
      cell.classList.toggle("column", cell.t === here.column);
      cell.classList.toggle("row", cell.dataset.row === here.row);
    }
    const N = data.lit === "row" ? data.rows.length : T;
    at(".count").textContent = chosen ? `1 selected of ${N} ${data.noun}` : "Click one, or a card, to choose it.";
    at(".clear").hidden = !chosen;
  };
  const rove = (cell) => cells().forEach((other) => { other.tabIndex = other === cell ? 0 : -1; });
  const choose = (cell) => {
    const square = { row: cell.dataset.row, column: cell.t };
    root.sent = square;
    rove(cell);
    paint(square);
    setTriggerValue("choose", square);
  };
  const clear = () => {
    root.sent = null;
    paint(null);
    setTriggerValue("choose", { row: null, column: null });
  };
  const tell = (cell) => {
    tip.hidden = !cell;
    if (!cell) return;
    const row = data.rows.find((one) => one.id === cell.dataset.row);
    tip.replaceChildren(
      make("b", "", data.titles[cell.t - data.first]),
      make("span", "", `${full(row)}: ${data.label} ${say(cell.weight)}`),
    );
    const frame = root.getBoundingClientRect(), box = cell.getBoundingClientRect();
    tip.style.left = `${Math.max(0, Math.min(box.left - frame.left, frame.width - tip.offsetWidth))}px`;
    tip.style.top = `${box.bottom - frame.top + 6}px`;
  };

  // Squares are kept from one drawing to the next: only the rows' ends change as the history grows or shrinks.
  const rows = JSON.stringify([data.rows, data.first]);
  if (grid.rows !== rows) {
    grid.rows = rows;
    const lines = [];
    data.rows.forEach((row, r) => {
      if (row.group && row.group !== data.rows[r - 1]?.group) {
        lines.push(make("div", "group", row.group));
        lines.at(-1).setAttribute("aria-hidden", "true"); // the rows say it themselves
      }
      const line = make("div", "line"), name = make("span", "name", row.name);
      line.setAttribute("role", "row");
      name.setAttribute("role", "rowheader");
      if (row.group) name.setAttribute("aria-label", full(row));
      line.append(name);
      lines.push(line);
    });
    const foot = make("div", "line numbers");
    foot.setAttribute("role", "row");
    foot.append(make("span", "name"));
    foot.firstChild.setAttribute("role", "presentation");
    grid.classList.toggle("grouped", data.rows.some((row) => row.group));
    grid.replaceChildren(...lines, foot);
  }
  const square = (row, t) => {
    const cell = make("span", "cell"), inside = make("i");
    cell.setAttribute("role", "gridcell");
    cell.dataset.row = row.id;
    cell.t = number(t);
    inside.style.setProperty("--color", row.color);
    cell.append(inside);
    return cell;
  };
  const head = (t) => {
    const node = make("span", "number");
    node.setAttribute("role", "columnheader");
    node.setAttribute("aria-label", `item ${number(t)}`);
    return node;
  };
  const lines = [...grid.querySelectorAll("[role=row]")], foot = lines.at(-1), before = foot.children.length - 1;
  lines.forEach((line, r) => {
    while (line.children.length > T + 1) line.lastChild.remove();
    for (let t = line.children.length - 1; t < T; t += 1) line.append(line === foot ? head(t) : square(data.rows[r], t));
  });
  grid.classList.toggle("heat", data.heat);
  if (before !== T) {
    [...foot.children].slice(1).forEach((node, t) => { // each is read aloud, those are seen for which there is room
      node.replaceChildren(make("span", labelled(t) ? "" : "unseen", number(t)));
    });
    grid.style.setProperty("--columns", T);
    requestAnimationFrame(() => { // not before, since asking for a width has the whole page laid out at once
      const frame = at(".frame"), place = (data.shown.column - data.first + 1) / T;
      frame.scrollLeft = frame.scrollWidth * place - frame.clientWidth / 2;
    });
  }
  const all = cells(), most = Math.max(...data.weights.flat(), 1e-9);
  all.forEach((cell, i) => {
    const r = Math.floor(i / T), t = i % T, weight = data.weights[r][t], told = `${data.titles[t]} ${weight} ${most}`;
    if (cell.told === told) return;
    cell.told = told;
    cell.firstChild.style.setProperty("--share", Math.sqrt(weight / most));
    cell.firstChild.style.setProperty("--strength", `${Math.round((100 * weight) / most)}%`);
    cell.weight = weight;
    cell.setAttribute("aria-label", `${number(t)}. ${data.titles[t]}; ${full(data.rows[r])}: ${say(weight)}`);
  });
  grid.setAttribute("aria-label", `${data.label} after each item of the history`);
  const of = (square) => square && all.find((cell) => cell.dataset.row === square.row && cell.t === square.column);
  const chosen = of(data.chosen) ? data.chosen : null;
  rove(all.find((cell) => cell === grid.getRootNode().activeElement) ?? of(chosen ?? data.shown) ?? all[0]);
  paint(chosen);

  grid.onclick = (event) => {
    const cell = event.target.closest("[role=gridcell]");
    if (cell && event.detail < 2) choose(cell);
  };
  grid.ondblclick = clear;
  at(".clear").onclick = clear;
  grid.onpointerover = (event) => {
    if (event.pointerType !== "touch") tell(event.target.closest("[role=gridcell]"));
  };
  grid.onpointerleave = () => tell(null);
  grid.onfocusin = (event) => { if (event.target.matches(":focus-visible")) tell(event.target.closest("[role=gridcell]")); };
  grid.onfocusout = () => tell(null);
  grid.onkeydown = (event) => {
    const i = all.indexOf(event.target.closest("[role=gridcell]"));
    if (i < 0) return;
    const step = { ArrowLeft: i % T ? -1 : 0, ArrowRight: (i + 1) % T ? 1 : 0, ArrowUp: -T, ArrowDown: T }[event.key];
    if (step !== undefined) all[i + step]?.focus();
    else if (event.key === "Enter" || event.key === " ") choose(all[i]);
    else if (event.key === "Escape") clear();
    else return;
    if (all[i + step]) rove(all[i + step]);
    event.preventDefault();
  };
}
