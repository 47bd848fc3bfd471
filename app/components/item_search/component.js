const PAUSE = 150; // ms without a key before what was typed is searched for

export default function itemSearch({ data, parentElement, setTriggerValue }) {
  const box = parentElement.querySelector("input"), list = parentElement.querySelector("ul");
  const label = parentElement.querySelector("label"), live = parentElement.querySelector("[aria-live]");
  label.textContent = data.label;
  label.classList.toggle("unseen", !data.labelVisible);
  Object.assign(box, { tell: setTriggerValue, data });
  box.placeholder = data.shown || data.placeholder; // the title chosen stays in sight while another is typed
  if (!box.typing) box.value = data.shown;

  const hits = () => [...list.querySelectorAll("li[data-id]")];
  const isOpen = () => list.matches(":popover-open");
  const place = () => { // under the box, or over it where there is more room
    const at = box.getBoundingClientRect(), below = innerHeight - at.bottom, up = below < 220 && at.top > below;
    Object.assign(list.style, {
      left: `${at.left}px`, width: `${at.width}px`, maxHeight: `${Math.max(120, Math.min(340, (up ? at.top : below) - 12))}px`,
      top: up ? "auto" : `${at.bottom + 4}px`, bottom: up ? `${innerHeight - at.top + 4}px` : "auto",
    });
  };
  const light = (i) => {
    hits().forEach((li, k) => li.setAttribute("aria-selected", String(k === i)));
    const li = hits()[i];
    if (li) { box.setAttribute("aria-activedescendant", li.id); li.scrollIntoView({ block: "nearest" }); }
    else box.removeAttribute("aria-activedescendant");
    box.lit = i;
  };
  const close = () => {
    clearTimeout(box.timer);
    if (isOpen()) list.hidePopover();
    list.replaceChildren();
    Object.assign(box, { typing: false, lit: -1, value: box.data.shown });
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
    live.textContent = "";
  };
  const choose = (li) => { const item = li.dataset.id; close(); box.tell("choose", item); };
  const search = (pause) => {
    clearTimeout(box.timer);
    if (box.data.of === box.value) draw(); // it is here already: the server would have nothing new to say
    else box.timer = setTimeout(() => box.tell("search", box.value), pause);
  };
  const draw = () => {
    const { of, hits: found } = box.data;
    list.replaceChildren(...found.map((hit, i) => {
      const li = make("li", "", hit.name);
      Object.assign(li, { id: `hit-${i}`, role: "option" });
      li.dataset.id = hit.id;
      return li;
    }));
    if (!found.length) list.append(make("li", "none", of.trim() ? "Nothing found" : "Type to search"));
    list.setAttribute("aria-label", box.data.label);
    if (!isOpen()) list.showPopover();
    place();
    light(found.length && of.trim() ? 0 : -1);
    box.setAttribute("aria-expanded", "true");
    live.textContent = found.length ? `${found.length} found` : list.textContent;
  };
  const open = () => {
    if (box.typing) return;
    box.typing = true;
    box.value = "";
    search(0);
  };

  if (!box.ready) {
    box.ready = true;
    box.addEventListener("pointerdown", open);
    box.addEventListener("focus", () => box.select());
    box.addEventListener("input", () => { box.typing = true; search(PAUSE); });
    box.addEventListener("blur", close);
    box.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        event.preventDefault();
        if (!isOpen()) open();
        else if (hits().length) light(box.lit < 0 && step < 0 ? hits().length - 1 : (box.lit + step + hits().length) % hits().length);
      } else if (event.key === "Enter" && isOpen() && box.data.of === box.value) {
        const li = hits()[Math.max(0, box.lit)];
        if (li) choose(li);
      } else if (event.key === "Escape" && box.typing) { event.stopPropagation(); close(); }
    });
    list.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
    list.addEventListener("click", (event) => {
      const li = event.target.closest("li[data-id]");
      if (li) choose(li);
    });
    const gone = new AbortController(); // the window outlives the box
    const follow = (event) => {
      if (!box.isConnected) gone.abort();
      else if (isOpen() && event.target !== list) place();
    };
    for (const name of ["scroll", "resize"]) addEventListener(name, follow, { capture: true, passive: true, signal: gone.signal });
  }

  if (box.typing && data.of === box.value) draw(); // any other is an answer to what is no longer asked
}
