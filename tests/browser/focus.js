// How wide the mark is of what has the keyboard, in pixels: an outline, or a shadow all around, of it or of the field it is in.
() => {
  let node = document.activeElement;
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
  if (!node || node === document.body) return null;
  const ring = (at) => {
    const style = getComputedStyle(at), outline = style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth);
    const spread = [...style.boxShadow.replace(/\([^)]*\)/g, "").matchAll(/(-?[\d.]+)px (-?[\d.]+)px (-?[\d.]+)px (-?[\d.]+)px/g)];
    return Math.max(outline, ...spread.map(([, , , , width]) => Number(width)));
  };
  const around = [];
  for (let at = node; at && around.length < 5; at = at.parentElement) around.push(at);
  const name = node.getAttribute("aria-label") || node.textContent.trim().slice(0, 30) || node.tagName;
  return { name: `${node.tagName} ${node.dataset.testid ?? ""} ${name}`, width: Math.max(...around.map(ring), ...[...(node.parentElement?.children ?? [])].map(ring)) };
}
