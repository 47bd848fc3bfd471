const PLACE = "fame-before-and-after";

export default function questions({ data, parentElement }) {
  const at = (name) => parentElement.querySelector(name);
  const form = at("form"), said = at(".said");
  form.onsubmit = (event) => event.preventDefault();
  const kept = () => { try { return JSON.parse(localStorage.getItem(PLACE)) ?? {}; } catch { return {}; } };
  const keep = (rounds) => { try { localStorage.setItem(PLACE, JSON.stringify(rounds)); return true; } catch { return false; } };
  const right = (answers) => data.questions.filter(({ right }, k) => answers[k] === right).length;
  const chosen = () => data.questions.map((_, k) => Number(form.elements[`q${k}`].value || -1));

  const tell = () => {
    const { before, after } = kept(), mine = kept()[data.round];
    const n = data.questions.length, told = data.round === "after" && Boolean(after);
    form.querySelectorAll("fieldset").forEach((field, k) => {
      field.querySelector(".why").hidden = !told;
      field.querySelectorAll("label").forEach((label, i) => {
        label.firstChild.checked = mine?.[k] === i;
        label.classList.toggle("right", told && data.questions[k].right === i);
        label.classList.toggle("wrong", told && mine[k] === i && data.questions[k].right !== i);
      });
    });
    at(".save").hidden = at(".forget").hidden = !before && !after;
    if (data.round === "before") said.textContent = before ? "Kept in this browser. Which are right is told at the last step." : "";
    else if (!after) said.textContent = "";
    else if (!before) said.textContent = `${right(after)} of ${n} right. Nothing was answered at the first step, so there is nothing to compare with.`;
    else said.textContent = `${right(before)} of ${n} right before, ${right(after)} after.`;
  };

  const draw = () => form.replaceChildren(...data.questions.map((question, k) => {
    const field = make("fieldset"), why = make("p", "why", question.why);
    field.append(make("legend", "", `${k + 1}. ${question.text}`), ...question.answers.map((answer, i) => {
      const label = make("label"), radio = make("input");
      radio.type = "radio";
      radio.name = `q${k}`;
      radio.value = i;
      label.append(radio, make("span", "", answer));
      return label;
    }), why);
    return field;
  }));

  const table = () => { // a line a question: what was answered, and whether that is right
    const quoted = (text) => `"${text.replaceAll('"', '""')}"`, rounds = kept();
    const of = (round, k) => {
      const i = rounds[round]?.[k] ?? -1;
      return [data.questions[k].answers[i] ?? "", rounds[round] ? Number(i === data.questions[k].right) : ""];
    };
    const lines = data.questions.map(({ text }, k) => [text, ...of("before", k), ...of("after", k)].map(String).map(quoted).join(","));
    return ["question,before,before right,after,after right", ...lines, ""].join("\r\n");
  };

  at(".keep").onclick = () => {
    const done = keep({ ...kept(), [data.round]: chosen() });
    tell();
    if (!done) said.textContent = "This browser keeps nothing for pages; allow it, or note your answers on paper.";
  };
  at(".forget").onclick = () => { try { localStorage.removeItem(PLACE); } finally { tell(); } };
  at(".save").onclick = () => {
    const link = make("a"), address = URL.createObjectURL(new Blob([`\ufeff${table()}`], { type: "text/csv" }));
    link.href = address;
    link.download = "before-and-after.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  };
  if (form.drawn !== data.round) draw(); // what is being answered stays when the page runs again
  if (form.drawn !== data.round) tell();
  form.drawn = data.round;
}
