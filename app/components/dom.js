// Begins every component's script. Text from data only ever becomes textContent.
const make = (tag, name, text) => {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== undefined) node.textContent = text;
  return node;
};
const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const glide = (node, x, y, duration) => { // from that far away to where it is now
  const from = { transform: `translate(${x}px, ${y}px)` };
  if ((x || y) && !calm()) node.animate([from, { transform: "none" }], { duration, easing: "ease-out" });
};

