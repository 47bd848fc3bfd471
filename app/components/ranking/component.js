const PAUSE = 180; // ms an arrow key rests on a row before the row is chosen
const swatch = (facets, k) => {
  const node = make("span", k < facets.length ? "swatch" : "swatch popularity");
  if (k >= facets.length) return node;
  const { fill, color, ink, letter } = facets[k], sign = make("span", "letter", letter);
  node.style.background = fill;
  Object.assign(sign.style, { background: color, color: ink });
  sign.setAttribute("aria-hidden", "true"); // the name stands beside it
  node.append(sign);
  return node;
};

export default function ranking({ data, parentElement, setTriggerValue }) {
  const at = (name) => parentElement.querySelector(name);
  const root = at(".root"), list = at("ol"), tip = at(".tip");
  const rows = () => [...list.children];
  const names = [...data.facets.map((facet) => facet.name), ...(data.popularity ? ["popularity"] : [])];

  // One scale for all rows: from the longest way down to the longest way up.
  const sum = (parts, sign) => parts.reduce((total, part) => total + Math.max(0, sign * part), 0);
  const reach = (sign) => Math.max(0, ...data.rows.map((row) => sum(row.parts, sign)));
  const down = reach(-1), up = reach(1), zero = (100 * down) / (down + up || 1);
  const likeliest = Math.max(...data.rows.map((row) => row.share), 1e-9);

  const bar = (row) => {
    const node = make("div", "bar"), end = { 1: zero, [-1]: zero };
    if (!row.parts.length) {
      node.classList.add("share");
      node.append(make("span", "part"));
      node.firstChild.style.width = `${(100 * row.share) / likeliest}%`;
      return node;
    }
    row.parts.forEach((part, k) => {
      const sign = part < 0 ? -1 : 1, width = (100 * Math.abs(part)) / (down + up || 1), piece = swatch(data.facets, k);
      piece.classList.replace("swatch", "part");
      piece.style.width = `${width}%`;
      piece.style.left = `${sign > 0 ? end[1] : end[-1] - width}%`;
      end[sign] += sign * width;
      node.append(piece);
    });
    const line = make("span", "zero");
    line.style.left = `${zero}%`;
    node.append(line);
    return node;
  };

  const line = (kind, name, value, ...mark) => {
    const node = make("div", kind);
    node.append(...mark, make("span", "name", name), make("span", "value", value));
    return node;
  };
  const readout = (row) => [
    ...row.values.map((value, k) => line("line", names[k], value, swatch(data.facets, k))),
    line("line sum", "together", row.total),
  ];
  const tell = (li) => { // the numbers of a row's bar beside it
    tip.hidden = !li?.row.parts.length;
    list.told = tip.hidden ? null : li;
    if (tip.hidden) return;
    tip.replaceChildren(...readout(li.row));
    const frame = root.getBoundingClientRect(), box = li.querySelector(".bar").getBoundingClientRect();
    const below = box.bottom + 8 + tip.offsetHeight < window.innerHeight;
    tip.style.left = `${Math.max(0, Math.min(box.left - frame.left, frame.width - tip.offsetWidth))}px`;
    tip.style.top = `${below ? box.bottom - frame.top + 8 : box.top - frame.top - tip.offsetHeight - 8}px`;
  };

  const select = (li) => rows().forEach((other) => other.setAttribute("aria-selected", String(other === li)));
  const rove = (li) => rows().forEach((other) => { other.tabIndex = other === li ? 0 : -1; });
  const choose = (li) => {
    list.resting = clearTimeout(list.resting);
    select(li);
    setTriggerValue("choose", li.dataset.id);
  };
  const go = (i) => {
    const all = rows(), li = all[Math.min(Math.max(i, 0), all.length - 1)];
    li.focus();
    select(li);
    clearTimeout(list.resting);
    list.resting = setTimeout(() => choose(li), PAUSE);
  };

  const fill = (li, row) => {
    li.dataset.id = row.id;
    li.row = row;
    li.setAttribute("role", "option");
    li.onclick = () => { li.focus(); choose(li); };
    li.onfocus = () => { rove(li); if (li.matches(":focus-visible")) tell(li); };
    li.onblur = () => tell(null);
    li.onpointerenter = (event) => { if (event.pointerType !== "touch") tell(li); };
    li.onpointerleave = () => tell(null);
    li.onkeydown = (event) => {
      const all = rows(), i = all.indexOf(li);
      const to = { ArrowUp: i - 1, ArrowDown: i + 1, Home: 0, End: all.length - 1 }[event.key];
      if (to !== undefined) go(to);
      else if (event.key === "Enter" || event.key === " ") choose(li);
      else if (event.key === "Escape") tell(null);
      else return;
      event.preventDefault();
    };

    const name = row.year ? `${row.title} (${row.year})` : row.title;
    const words = [`${row.rank}. ${name}`, row.probability, row.move?.words, row.words];
    li.setAttribute("aria-label", words.filter(Boolean).join("; "));
    const about = make("div", "about"), top = make("div", "top"), title = make("span", "title", row.title);
    if (row.year) title.append(make("span", "year", ` (${row.year})`));
    top.append(title);
    if (row.move) top.append(make("span", `move ${row.move.kind}`, row.move.sign));
    about.append(top, make("div", "chips", row.chips.join(" · ")));
    li.replaceChildren(make("span", "rank", row.rank), about, make("span", "probability", row.probability), bar(row));
    if (!row.parts.length) return;
    li.append(make("div", "numbers"));
    li.lastChild.append(...readout(row));
  };

  // Rows are kept from one drawing to the next, so that they glide to their new places and keep the focus.
  const pool = new Map(rows().map((li) => [li.dataset.id, li])), before = new Map(rows().map((li) => [li, li.offsetTop]));
  const held = list.getRootNode().activeElement, place = rows().indexOf(held), first = rows()[0]?.dataset.id;
  const after = data.rows.map((row) => pool.get(row.id) ?? make("li", "row"));
  after.forEach((li, i) => fill(li, data.rows[i]));
  if (after.length !== before.size || after.some((li, i) => li !== list.children[i])) list.replaceChildren(...after);
  for (const [li, top] of before) if (li.isConnected) glide(li, 0, top - li.offsetTop, 220);
  const chosen = after.find((li) => li.dataset.id === data.chosen);
  select(list.resting && after.includes(held) ? held : chosen); // what an arrow key is about to choose stays chosen
  if (!after.some((li) => li.tabIndex === 0) || place < 0) rove(chosen ?? after[0]);
  const focus = place < 0 ? null : held.isConnected ? held : after[Math.min(place, after.length - 1)];
  focus?.focus({ preventScroll: true });
  tell(list.told?.isConnected ? list.told : null);
  if (first && after[0] && after[0].dataset.id !== first) {
    at(".live").textContent = `Now first: ${data.rows[0].title}, ${data.rows[0].probability}`;
  }

  const faceted = data.rows.some((row) => row.parts.length);
  at(".legend").hidden = !faceted;
  at(".legend").replaceChildren(make("span", "lead", data.lead), ...names.map((name, k) => {
    const entry = make("span", "entry");
    entry.append(swatch(data.facets, k), make("span", "", name));
    return entry;
  }));
  at(".head").hidden = !after.length;
  at(".head .low").textContent = faceted && zero > 24 ? data.low : "";
  at(".head .high").textContent = faceted && zero < 76 ? data.high : "";
  at(".head .mid").textContent = faceted ? "0" : "";
  at(".head .mid").style.left = `${zero}%`;
  at(".note").textContent = data.note;
  at(".gone").replaceChildren(...data.gone.map((title) => make("s", "", title)));
  if (data.gone.length) at(".gone").prepend(make("span", "", "No longer among them"));
}
