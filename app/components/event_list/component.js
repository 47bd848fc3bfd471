const REST = 180; // ms that J or K rests on a row before it is shown beside the list

export default function eventList({ data, parentElement, setTriggerValue }) {
  const at = (name) => parentElement.querySelector(name);
  const head = at("thead tr"), body = at("tbody"), root = at(".root");
  const rows = () => [...body.children];
  const held = body.getRootNode().activeElement, had = held?.dataset?.id;

  const mark = (tr) => rows().forEach((one) => {
    one.setAttribute("aria-selected", String(one === tr));
    one.tabIndex = one === tr ? 0 : -1;
  });
  const open = (tr) => {
    root.resting = clearTimeout(root.resting);
    setTriggerValue("choose", tr ? tr.dataset.id : "");
  };
  const go = (i) => {
    const all = rows(), tr = all[Math.min(Math.max(i, 0), all.length - 1)];
    if (!tr) return;
    mark(tr);
    tr.focus({ preventScroll: true });
    tr.scrollIntoView({ block: "nearest" });
    clearTimeout(root.resting);
    if (data.chosen) root.resting = setTimeout(() => open(tr), REST);
  };
  const pressed = (event) => {
    const all = rows(), i = all.findIndex((tr) => tr.getAttribute("aria-selected") === "true");
    const on = all[i], inside = all.includes(body.getRootNode().activeElement);
    const step = { j: 1, k: -1 }[event.key.toLowerCase()] ?? (inside ? { ArrowDown: 1, ArrowUp: -1 }[event.key] : undefined);
    if (step !== undefined) go(i < 0 ? 0 : i + step);
    else if (inside && event.key === "Enter" && on) open(on);
    else if (inside && event.key === "Escape" && data.chosen) open(null);
    else return false;
    return true;
  };

  head.replaceChildren(...data.columns.map((column) => {
    const th = make("th", column.number ? "number" : "");
    th.scope = "col";
    th.dataset.name = column.name;
    if (column.help) th.title = column.help;
    if (!column.key) { th.textContent = column.name; return th; }
    const up = data.order === column.key, down = data.order === `-${column.key}`;
    th.setAttribute("aria-sort", up ? "ascending" : down ? "descending" : "none");
    const button = make("button", "", column.name);
    button.type = "button";
    button.append(make("span", "arrow", up ? " ▲" : down ? " ▼" : ""));
    button.onclick = () => setTriggerValue("order", up ? `-${column.key}` : column.key);
    th.append(button);
    return th;
  }));
  body.replaceChildren(...data.rows.map((row) => {
    const tr = make("tr");
    tr.dataset.id = row.id;
    tr.append(...row.cells.map((cell, c) => {
      const td = make("td", data.columns[c].number ? "number" : "", cell);
      td.dataset.name = data.columns[c].name;
      return td;
    }));
    tr.onclick = () => { mark(tr); open(tr); };
    return tr;
  }));
  const all = rows(), chosen = all.find((tr) => tr.dataset.id === (data.chosen || had));
  mark(chosen);
  if (!chosen && all.length) all[0].tabIndex = 0;
  if (had !== undefined) (chosen ?? all[0])?.focus({ preventScroll: true });
  at(".foot").textContent = data.foot;
  if (chosen && root.seen !== data.chosen) { // opened by a link or a button: in sight in the list, too
    const frame = at(".frame"), top = chosen.offsetTop;
    if (top < frame.scrollTop + 40 || top > frame.scrollTop + frame.clientHeight - 60) frame.scrollTop = top - frame.clientHeight / 2;
  }
  root.seen = data.chosen;

  // J and K work wherever nothing is being typed; the listener of the drawing before is let go of.
  if (root.listens) document.removeEventListener("keydown", root.listens);
  root.listens = (event) => {
    if (!root.isConnected) { document.removeEventListener("keydown", root.listens); return; }
    const typing = event.composedPath().some((node) => node.matches?.("input, textarea, select, [contenteditable=true]"));
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (pressed(event)) event.preventDefault();
  };
  document.addEventListener("keydown", root.listens);
}
