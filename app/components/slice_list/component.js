export default function sliceList({ data, parentElement, setTriggerValue }) {
  const list = parentElement.querySelector(".slices"), axis = parentElement.querySelector(".axis");
  const at = (value) => `${(100 * (value - data.from)) / (data.to - data.from || 1)}%`;
  const held = list.getRootNode().activeElement?.dataset?.id;
  list.setAttribute("aria-label", data.label);
  axis.replaceChildren(...data.ticks.map(([place, text]) => {
    const node = make("span", "", text);
    node.style.left = at(place);
    return node;
  }));
  list.replaceChildren(...data.rows.map((row) => {
    const node = make("button", row.told ? "slice told" : "slice");
    node.type = "button";
    node.dataset.id = row.id;
    node.title = row.words;
    node.setAttribute("aria-label", row.words);
    node.onclick = () => setTriggerValue("choose", row.id);
    const place = make("span", "place"), line = make("i", "whole"), reach = make("i", "reach"), dot = make("i", "dot");
    line.style.left = at(data.whole);
    reach.style.left = at(row.low);
    reach.style.right = `calc(100% - ${at(row.high)})`;
    dot.style.left = at(row.value);
    place.append(line, reach, dot);
    node.append(make("span", "name", row.name), place, make("span", "n", row.shown));
    return node;
  }));
  if (held) list.querySelector(`[data-id="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
}
