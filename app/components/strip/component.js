const fitting = (chips) => { // how many chips a card has room for, three at most, with a "+n" for the rest
  let room = 128, k = 0;
  while (k < Math.min(3, chips.length) && (room -= 5.7 * chips[k].length + 16) >= (k + 1 < chips.length ? 26 : 0)) k += 1;
  return Math.max(1, k);
};
const PATIENCE = 8000; // ms until what the server says is drawn although it never answered the newest edit

export default function strip({ data, parentElement, setTriggerValue }) {
  const ol = parentElement.querySelector("ol");
  const note = parentElement.querySelector(".note"), live = parentElement.querySelector(".live");
  const first = ol.sent === undefined;
  ol.sent = Math.max(ol.sent ?? 0, first ? data.sent : 0);
  ol.tell = setTriggerValue;

  const cards = () => [...ol.querySelectorAll("li.card")];
  const ids = () => cards().map((li) => li.dataset.id);
  const active = () => ol.getRootNode().activeElement;
  const say = (text) => { live.textContent = text; };

  // Cards are kept from one drawing to the next, so that focus, a glide and the pointer stay where they are.
  const renumber = () => cards().forEach((li, k, all) => {
    li.querySelector(".place").textContent = k + 1;
    li.querySelector(".earlier").setAttribute("aria-disabled", String(k === 0));
    li.querySelector(".later").setAttribute("aria-disabled", String(k === all.length - 1));
  });
  const rove = (li) => cards().forEach((card) => { // one stop of the Tab key for the strip, then the card's buttons
    for (const node of [card, ...card.querySelectorAll("button")]) node.tabIndex = card === li ? 0 : -1;
  });
  const focus = (i) => { const all = cards(); all[Math.min(Math.max(i, 0), all.length - 1)]?.focus(); };
  const shift = (change) => {
    const before = new Map(cards().map((li) => [li, li.offsetLeft])), held = active();
    change();
    if (held?.isConnected && held !== active()) held.focus({ preventScroll: true });
    for (const [li, left] of before) {
      if (li.isConnected && li !== ol.dragged) glide(li, left - li.offsetLeft, 0, 160);
    }
  };

  const send = () => { renumber(); ol.sent += 1; ol.tell("edit", { ids: ids(), number: ol.sent }); };
  const placed = (li) => say(`${li.dataset.title} is now number ${cards().indexOf(li) + 1} of ${cards().length}`);
  const move = (li, to) => {
    const all = cards(), from = all.indexOf(li);
    if (!all[to] || to === from) return;
    shift(() => all[to][to > from ? "after" : "before"](li));
    li.scrollIntoView({ block: "nearest", inline: "nearest" });
    send(); placed(li);
  };
  const remove = (li) => {
    const at = cards().indexOf(li), inside = li.contains(active());
    shift(() => li.remove());
    if (inside) focus(at);
    send();
    say(`${li.dataset.title} removed, ${cards().length} left`);
  };
  const choose = (li) => {
    if (!ol.choosable) return;
    mark(li);
    ol.tell("choose", cards().indexOf(li));
  };
  const mark = (chosen) => cards().forEach((li) => {
    li.classList.toggle("chosen", li === chosen);
    if (li === chosen) li.setAttribute("aria-current", "true"); else li.removeAttribute("aria-current");
  });

  const drag = (li, start) => {
    const home = cards(), view = ol.getBoundingClientRect(), grip = start.clientX + ol.scrollLeft - li.offsetLeft;
    let x = start.clientX, frame = 0;
    const follow = () => {
      const left = x + ol.scrollLeft - grip, middle = (card) => card.offsetLeft + card.offsetWidth / 2;
      for (let near; (near = li.nextElementSibling) && left + li.offsetWidth > middle(near);) shift(() => near.after(li));
      for (let near; (near = li.previousElementSibling) && left < middle(near);) shift(() => near.before(li));
      renumber();
      li.style.transform = `translateX(${left - li.offsetLeft}px) rotate(1.2deg)`;
    };
    const roll = () => { // near an edge the strip scrolls on by itself
      ol.scrollLeft += x > view.right - 40 ? 9 : x < view.left + 40 ? -9 : 0;
      follow();
      frame = requestAnimationFrame(roll);
    };
    const onMove = (event) => {
      if (event.pointerId !== start.pointerId) return;
      x = event.clientX;
      if (ol.dragged) { follow(); return; }
      if (Math.hypot(x - start.clientX, event.clientY - start.clientY) < 6) return;
      ol.dragged = li;
      ol.setPointerCapture(start.pointerId); // the strip stays in place while the card does not
      li.classList.add("dragged");
      roll();
    };
    const stop = (event) => {
      if (event.type === "keydown" ? event.key !== "Escape" : event.pointerId !== start.pointerId) return;
      cancelAnimationFrame(frame);
      ol.removeEventListener("pointermove", onMove);
      ol.removeEventListener("pointerup", stop);
      ol.removeEventListener("pointercancel", stop);
      document.removeEventListener("keydown", stop, true);
      if (!ol.dragged) return;
      li.classList.remove("dragged");
      li.style.transform = "";
      if (event.type !== "pointerup") { shift(() => ol.replaceChildren(...home)); renumber(); say("Back where it was"); }
      const changed = cards().some((card, k) => card !== home[k]);
      if (changed) { li.focus({ preventScroll: true }); send(); placed(li); }
      setTimeout(() => { // after the click that ends a drag
        const late = ol.late;
        ol.dragged = ol.late = null;
        if (!changed) late?.();
      });
    };
    ol.addEventListener("pointermove", onMove);
    ol.addEventListener("pointerup", stop);
    ol.addEventListener("pointercancel", stop);
    document.addEventListener("keydown", stop, true);
  };

  const button = (name, text, label, act) => {
    const node = make("button", name, text);
    node.type = "button";
    node.setAttribute("aria-label", label);
    node.onclick = (event) => { event.stopPropagation(); act(); };
    return node;
  };
  const build = (card) => {
    const li = make("li", "card"), head = make("div", "head"), chips = make("div", "chips"), grip = make("span", "grip");
    li.dataset.id = card.id;
    li.dataset.title = card.title;
    const whole = card.year ? `${card.title} (${card.year})` : card.title;
    li.title = [whole, card.chips.join(", ")].filter(Boolean).join("\n");
    grip.append(make("span", "place"), make("span", "dots"));
    head.append(
      grip,
      button("step earlier", "‹", `Move ${card.title} earlier`, () => move(li, cards().indexOf(li) - 1)),
      button("step later", "›", `Move ${card.title} later`, () => move(li, cards().indexOf(li) + 1)),
      button("x", "×", `Remove ${card.title}`, () => remove(li)),
    );
    const shown = fitting(card.chips);
    chips.append(...card.chips.slice(0, shown).map((chip) => make("span", "chip", chip)));
    if (card.chips.length > shown) chips.append(make("span", "chip more", `+${card.chips.length - shown}`));
    const effect = make("div", "effect");
    effect.append(make("i", "bar"), make("i", "zero"), make("span", "number"));
    li.append(effect, head, make("div", "title", card.title), make("div", "year", card.year), chips, make("div", "gate"));
    li.onkeydown = (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key], at = cards().indexOf(li);
      const act = step && event.altKey ? () => move(li, at + step)
        : step ? () => focus(at + step)
        : event.key === "Home" ? () => focus(0)
        : event.key === "End" ? () => focus(Infinity)
        : event.key === "Delete" || event.key === "Backspace" ? () => remove(li)
        : event.target === li && (event.key === "Enter" || event.key === " ") ? () => choose(li)
        : null;
      if (act) { event.preventDefault(); event.stopPropagation(); act(); } // else arrows turn a step of Learn, too
    };
    li.onfocus = () => rove(li);
    li.onclick = () => { if (!ol.dragged) choose(li); };
    li.onpointerdown = (event) => { // a finger scrolls the strip; it drags a card by the card's head
      if (event.button || event.target.closest("button")) return;
      if (event.pointerType !== "touch" || event.target.closest(".grip")) drag(li, event);
    };
    return li;
  };

  const bar = (effect, card) => { // what the item does, on one scale for all cards
    effect.hidden = !data.by;
    if (!data.by) return;
    const none = card.value === null, span = data.high - data.low || 1, share = Math.abs(card.value ?? 0) / span;
    const zero = data.high / span, [up, number] = [card.value >= 0, effect.querySelector(".number")];
    effect.style.setProperty("--zero", `${100 * zero}%`);
    effect.style.setProperty("--top", `${100 * (up ? zero - share : zero)}%`);
    effect.style.setProperty("--height", `${100 * share}%`);
    effect.classList.toggle("down", !up);
    effect.classList.toggle("none", none);
    number.textContent = none ? "" : card.said;
    effect.setAttribute("role", "img");
    effect.setAttribute("aria-label", none ? "not read" : `${data.by}: ${card.said}`);
    effect.title = none ? "" : `${data.by}: ${card.said}`;
  };
  const fill = (li, card, i) => { // what an edit elsewhere can change about a card
    li.classList.toggle("unread", i < data.unread);
    li.classList.toggle("out", card.out);
    bar(li.querySelector(".effect"), card);
    const gate = li.querySelector(".gate");
    const shown = card.gate.map((weight, h) => [weight, data.facets[h]]).filter(([, facet]) => facet);
    const words = shown.map(([weight, facet]) => `${facet.name} ${Math.round(100 * weight)}\u00a0%`).join(", ");
    gate.hidden = !shown.length;
    if (gate.dataset.words === words) return;
    gate.dataset.words = words;
    gate.setAttribute("role", "img");
    gate.setAttribute("aria-label", `gate: ${words}`);
    gate.title = `Gate after this item: ${words}`;
    while (gate.children.length > shown.length) gate.lastChild.remove();
    shown.forEach(([weight, facet], h) => {
      const part = gate.children[h] ?? gate.appendChild(make("span"));
      part.style.width = `${100 * weight}%`;
      part.style.background = facet.fill;
    });
  };

  const show = () => {
    const before = cards(), held = active(), at = before.findIndex((li) => li.contains(held)), pool = new Map();
    const key = (card) => JSON.stringify([card.id, card.title, card.year, card.chips]);
    for (const li of before) pool.set(li.key, [...(pool.get(li.key) ?? []), li]);
    const after = data.cards.map((card) => {
      const name = key(card);
      return pool.get(name)?.shift() ?? Object.assign(build(card), { key: name });
    });
    ol.choosable = data.choosable;
    ol.classList.toggle("choosable", data.choosable);
    if (!after.length) ol.replaceChildren(make("li", "empty", data.empty));
    else if (after.length !== ol.children.length || after.some((li, i) => li !== ol.children[i])) {
      shift(() => ol.replaceChildren(...after));
    }
    after.forEach((li, i) => fill(li, data.cards[i], i));
    renumber();
    const chosen = after[data.chosen];
    mark(chosen);
    if (at >= 0 && !held.isConnected) focus(at);
    if (!after.some((li) => li.tabIndex === 0)) rove(after.at(-1));
    if (after.length > before.length) ol.scrollLeft = ol.scrollWidth;
    if (chosen && ol.shown !== data.chosen && (chosen.offsetLeft < ol.scrollLeft
      || chosen.offsetLeft + chosen.offsetWidth > ol.scrollLeft + ol.clientWidth)) { // chosen elsewhere: bring it in sight
      ol.scrollLeft = chosen.offsetLeft - (ol.clientWidth - chosen.offsetWidth) / 2;
    }
    ol.shown = data.chosen;
    const dimmed = `${data.unread} dimmed ${data.unread === 1 ? "item is" : "items are"}`;
    note.textContent = data.unread ? `The model reads the newest ${data.limit}: the ${dimmed} not seen by it.` : "";
  };

  const receive = () => {
    clearTimeout(ol.wait);
    if (ol.dragged) ol.late = receive;
    else if (data.sent >= ol.sent) show();
    else ol.wait = setTimeout(() => { ol.sent = data.sent; show(); }, PATIENCE); // it answers an older edit
  };
  receive();
}
