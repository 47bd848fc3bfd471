export default function tallies({ data, parentElement, setTriggerValue }) {
  const group = parentElement.querySelector(".tallies");
  group.className = `tallies ${data.shape}`;
  group.setAttribute("aria-label", data.label);
  const held = group.getRootNode().activeElement?.dataset?.id;
  group.replaceChildren(...data.rows.map((row, i) => {
    const node = make("button", "tally");
    node.type = "button";
    node.dataset.id = row.id;
    node.title = row.words;
    node.disabled = !row.count && !row.chosen;
    node.setAttribute("aria-pressed", String(row.chosen));
    node.setAttribute("aria-label", `${row.name}: ${row.shown}${row.more ? `, ${row.more}` : ""}. ${row.words}`);
    node.onclick = () => setTriggerValue("choose", row.id);
    const name = make("span", "name", row.name), count = make("span", "count", row.shown);
    if (data.shape === "bar") {
      node.style.flexGrow = row.count;
      node.style.setProperty("--strength", `${[58, 40, 24, 14, 7][i] ?? 7}%`);
      node.append(name, count);
      return node;
    }
    const squares = make("span", "squares");
    for (let k = 0; k < Math.ceil(row.count / data.unit); k++) squares.append(make("i"));
    if (row.more) count.append(make("span", "more", ` ${row.more}`));
    node.append(name, squares, count);
    return node;
  }));
  if (held) group.querySelector(`[data-id="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
}
