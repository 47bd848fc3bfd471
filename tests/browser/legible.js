// Whatever on the page cannot be read: text and marks too faint for what is behind them, text that is cut or lies on text.
() => {
  const found = [];
  const parse = (text) => {
    const color = /^color\(srgb ([^)]*)\)/.exec(text), rgb = /^rgba?\(([^)]*)\)/.exec(text);
    const numbers = (color ?? rgb)?.[1].split(/[ ,/]+/).map(Number);
    if (!numbers) return null;
    const scale = color ? 255 : 1;
    return [...numbers.slice(0, 3).map((c) => c * scale), numbers[3] ?? 1];
  };
  const over = (top, under) => [0, 1, 2].map((k) => top[k] * top[3] + under[k] * (1 - top[3]));
  const light = (color) => {
    const [r, g, b] = color.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
  const parent = (node) => node.parentElement ?? (node.getRootNode() instanceof ShadowRoot ? node.getRootNode().host : null);
  const behind = (node) => { // what is painted under the middle of it, by what holds it
    const layers = [], box = node.getBoundingClientRect(), x = (box.left + box.right) / 2, y = (box.top + box.bottom) / 2;
    for (let at = node; at; at = parent(at)) {
      const frame = at.getBoundingClientRect();
      if (at !== document.body && (x < frame.left || x > frame.right || y < frame.top || y > frame.bottom)) continue;
      const style = getComputedStyle(at), color = at instanceof SVGElement && !(at instanceof SVGSVGElement) ? null : parse(style.backgroundColor);
      if (color?.[3]) layers.push(color);
      if (color?.[3] === 1) break;
    }
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255]);
  };
  const strength = (node) => {
    let opacity = 1;
    for (let at = node; at; at = parent(at)) opacity *= Number(getComputedStyle(at).opacity);
    return opacity;
  };
  const seen = (node) => {
    const box = node.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && node.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true });
  };
  const where = (node) => node.closest("[data-testid=stPlotlyChart]") ? "chart" : node.getRootNode() instanceof ShadowRoot
    ? [...node.getRootNode().host.closest("[class*=st-key-]")?.classList ?? []].find((c) => c.startsWith("st-key-")) ?? "component" : "page";
  const all = (root) => [...root.querySelectorAll("*")].flatMap((node) => [node, ...(node.shadowRoot ? all(node.shadowRoot) : [])]);
  const nodes = all(document.body).filter((node) => !node.closest("[aria-hidden=true], :disabled, [aria-disabled=true], .hoverlayer"));
  const texts = [];
  for (const node of nodes) {
    const own = [...node.childNodes].filter((child) => child.nodeType === 3).map((child) => child.data).join(" ").trim();
    const text = node instanceof SVGElement ? (node.tagName === "text" ? node.textContent.trim() : "") : own;
    if (!text || !seen(node) || node.closest("style, script, [data-testid=stIconMaterial], .unseen")) continue;
    texts.push([node, text]);
    const style = getComputedStyle(node), ink = parse(node instanceof SVGElement ? style.fill : style.color);
    if (!ink) continue;
    const paper = behind(node), size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const alpha = ink[3] * strength(node) * (node instanceof SVGElement ? Number(style.fillOpacity) : 1);
    const ratio = contrast(over([...ink.slice(0, 3), alpha], paper), paper);
    if (ratio < (large ? 3 : 4.5) - 0.005) found.push(`${where(node)}: "${text.slice(0, 40)}" ${ratio.toFixed(1)}:1 at ${size}px`);
  }
  for (const mark of document.querySelectorAll(".js-plotly-plot :is(.barlayer .point path, .scatterlayer path.point, .scatterlayer path.js-line, .boxlayer path.box)")) {
    if (!seen(mark)) continue;
    const style = getComputedStyle(mark), paper = behind(mark), opacity = strength(mark);
    const ratio = Math.max(...["fill", "stroke"].map((kind) => {
      const url = /url\("?#([^")]*)/.exec(style[kind]);
      const color = url
        ? parse(getComputedStyle(mark.ownerDocument.getElementById(url[1])?.querySelector("rect, path, circle") ?? mark).fill)
        : parse(style[kind]);
      if (!color || (kind === "stroke" && parseFloat(style.strokeWidth) < 1)) return 1;
      return contrast(over([...color.slice(0, 3), color[3] * opacity * Number(style[`${kind}Opacity`])], paper), paper);
    }));
    if (ratio < 2.995) found.push(`chart: a mark ${ratio.toFixed(1)}:1 (${style.fill}, ${style.stroke})`);
  }
  const drawn = texts.filter(([node]) => node instanceof SVGElement).map(([node, text]) => [node, text, node.getBoundingClientRect()]);
  const framed = (node) => node.closest(".js-plotly-plot") ?? node.ownerSVGElement;
  drawn.forEach(([node, text, a], i) => drawn.slice(i + 1).forEach(([other, words, b]) => {
    if (framed(node) !== framed(other)) return;
    const x = Math.min(a.right, b.right) - Math.max(a.left, b.left), y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (x > 2 && y > 3) found.push(`chart: "${text}" lies on "${words}"`);
  }));
  for (const [node, text, box] of drawn) {
    const frame = framed(node).getBoundingClientRect();
    if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1) {
      found.push(`chart: "${text}" is cut at the edge`);
    }
  }
  for (const [node, text] of texts) {
    if (node instanceof SVGElement) continue;
    const style = getComputedStyle(node), cuts = style.overflowX === "hidden" || style.overflowX === "clip";
    if (cuts && style.textOverflow !== "ellipsis" && node.scrollWidth > node.clientWidth + 1 && node.clientWidth) found.push(`${where(node)}: "${text.slice(0, 40)}" is cut`);
  }
  const main = document.querySelector("[data-testid=stMain]");
  if (main.scrollWidth > main.clientWidth + 1) found.push("the page scrolls sideways");
  return [...new Set(found)];
}
