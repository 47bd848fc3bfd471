export default function ({ data, parentElement, setTriggerValue }) {
  const ol = parentElement.querySelector("ol");
  const note = parentElement.querySelector(".note");
  const live = parentElement.querySelector(".live");
  ol.sent ??= 0;
  if (data.sent < ol.sent || ol.dragging) return; // an answer to an older edit than the one already drawn

  const cards = () => [...ol.querySelectorAll("li.card")];
  const say = (text) => { live.textContent = text; };

  const send = () => {
    ol.sent += 1;
    setTriggerValue("edit", { ids: cards().map((li) => li.dataset.id), number: ol.sent });
  };
  const focus = (i) => {
    const all = cards(), at = Math.min(Math.max(i, 0), all.length - 1);
    all.forEach((li, k) => { li.tabIndex = k === at ? 0 : -1; });
    all[at]?.focus();
  };
  const number = () => cards().forEach((li, k) => { li.querySelector(".place").textContent = k + 1; });
  const move = (li, to) => {
    const all = cards(), from = all.indexOf(li);
    if (to < 0 || to >= all.length || to === from) return;
    all[to][to > from ? "after" : "before"](li);
    number(); focus(to); send();
    say(`${li.dataset.title} moved to place ${to + 1} of ${all.length}`);
  };
  const remove = (li) => {
    const at = cards().indexOf(li);
    li.remove();
    number(); focus(at); send();
    say(`${li.dataset.title} removed`);
  };
  const choose = (li) => { if (data.choosable) setTriggerValue("choose", cards().indexOf(li)); };

  const gateBar = (weights) => {
    const bar = make("div", "gate");
    const words = weights.map((w, h) => `${data.facets[h].name} ${Math.round(100 * w)} %`).join(", ");
    bar.setAttribute("role", "img");
    bar.setAttribute("aria-label", `gate: ${words}`);
    bar.title = `Gate after this item: ${words}`;
    bar.append(...weights.map((w, h) => {
      const part = make("span");
      part.style.width = `${100 * w}%`;
      part.style.background = data.facets[h].color;
      return part;
    }));
    return bar;
  };

  const button = (name, text, label, act) => {
    const node = make("button", name, text);
    node.type = "button";
    node.setAttribute("aria-label", label);
    node.onclick = (event) => { event.stopPropagation(); act(); };
    return node;
  };

  const drag = (li, start) => {
    let moved = false; // listens on the document: a card that changes place loses its pointer
    const home = cards().map((card) => card.dataset.id).join("\n");
    const onMove = (event) => {
      if (!moved && Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) < 6) return;
      if (!moved) { moved = true; ol.dragging = true; li.classList.add("dragged"); }
      const over = cards().find((card) => {
        const box = card.getBoundingClientRect();
        return card !== li && event.clientX > box.left && event.clientX < box.right
          && event.clientY > box.top - 30 && event.clientY < box.bottom + 30;
      });
      if (!over) return;
      const box = over.getBoundingClientRect(), all = cards();
      const past = event.clientX > box.left + box.width / 2;
      if (all.indexOf(over) > all.indexOf(li) ? past : !past) over[past ? "after" : "before"](li);
      const view = ol.getBoundingClientRect();
      if (event.clientX > view.right - 40) ol.scrollLeft += 14;
      if (event.clientX < view.left + 40) ol.scrollLeft -= 14;
    };
    const done = (event) => {
      document.removeEventListener("pointermove", onMove);
      document.removeEventListener("pointerup", done);
      document.removeEventListener("pointercancel", done);
      ol.dragging = false;
      li.classList.remove("dragged");
      if (!moved) { if (event.type === "pointerup") choose(li); return; }
      number(); focus(cards().indexOf(li));
      if (cards().map((card) => card.dataset.id).join("\n") !== home) {
        send();
        say(`${li.dataset.title} moved to place ${cards().indexOf(li) + 1} of ${cards().length}`);
      }
    };
    document.addEventListener("pointermove", onMove);
    document.addEventListener("pointerup", done);
    document.addEventListener("pointercancel", done);
  };

  const draw = (card, i) => {
    const li = make("li", "card");
    li.dataset.id = card.id;
    li.dataset.title = card.title;
    li.tabIndex = -1;
    li.title = card.year ? `${card.title} (${card.year})` : card.title;
    li.classList.toggle("unread", i < data.unread);
    if (i === data.chosen) { li.classList.add("chosen"); li.setAttribute("aria-current", "true"); }
    const head = make("div", "head");
    head.append(
      make("span", "place", i + 1),
      button("step", "‹", `Move ${card.title} earlier`, () => move(li, cards().indexOf(li) - 1)),
      button("step", "›", `Move ${card.title} later`, () => move(li, cards().indexOf(li) + 1)),
      button("x", "×", `Remove ${card.title}`, () => remove(li)),
    );
    const chips = make("div", "chips");
    chips.append(...card.chips.slice(0, 2).map((chip) => make("span", "chip", chip)));
    if (card.chips.length > 2) {
      const more = make("span", "chip more", `+${card.chips.length - 2}`);
      more.title = card.chips.slice(2).join(", ");
      chips.append(more);
    }
    li.append(head, make("div", "title", card.title), make("div", "year", card.year || " "), chips);
    if (card.gate.length) li.append(gateBar(card.gate));
    li.onkeydown = (event) => {
      if (event.target !== li) return;
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key], at = cards().indexOf(li);
      if (step && event.altKey) { event.preventDefault(); move(li, at + step); }
      else if (step) { event.preventDefault(); focus(at + step); }
      else if (event.key === "Delete" || event.key === "Backspace") { event.preventDefault(); remove(li); }
      else if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(li); }
    };
    li.onpointerdown = (event) => {
      // A finger scrolls the strip; it moves cards with the arrow buttons.
      if (event.button === 0 && !event.target.closest("button") && event.pointerType !== "touch") drag(li, event);
    };
    li.onclick = (event) => {
      if (event.pointerType === "touch" && !event.target.closest("button")) choose(li);
    };
    return li;
  };

  const before = cards(), held = before.findIndex((li) => li === parentElement.activeElement || li.matches(":focus"));
  const grown = data.cards.length > before.length;
  const scroll = ol.scrollLeft;
  ol.replaceChildren(...data.cards.map(draw));
  if (!data.cards.length) ol.append(make("li", "empty", data.empty));
  const all = cards();
  if (all.length) all[Math.min(Math.max(held, 0), all.length - 1)].tabIndex = 0;
  if (held >= 0) focus(held);
  ol.scrollLeft = grown ? ol.scrollWidth : scroll;
  note.textContent = data.unread
    ? `The model reads the newest ${data.limit}: the ${data.unread} dimmed ${data.unread === 1 ? "item is" : "items are"} not seen by it.`
    : "";
}
