"""The texts that teach: nine steps, a file each, questions before and after them, and the glossary. All in assets/."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from fame.checkpoint.description import Description
from fame.home import PROJECT

FOLDER = PROJECT / "assets" / "learn"
GLOSSARY = PROJECT / "assets" / "glossary.md"
SHORT, NORMAL, LONG = 5, 20, 45  # minutes of a lesson
EVERYDAY = ("history", "item", "part")  # a heading means no more by these than everybody does
ANSWER = re.compile(r"^- \[([ x])\] (.+)$", re.MULTILINE)
SECTION = re.compile(r"^## +(.+)$", re.MULTILINE)


@dataclass(frozen=True)
class TourStep:
    """One step of the tour, as its file has it."""

    title: str
    sections: dict[str, str]  # "text", "equation", "notes", "minutes"; "text: no facets" where it differs for a kind

    def of(self, section: str, kinds: Sequence[str]) -> str:
        """A section for a model of these kinds, the most telling kind first; empty where there is none."""
        names = [*(f"{section}: {kind}" for kind in kinds), section]
        return next((self.sections[name] for name in names if name in self.sections), "")

    def minutes(self, lesson: int) -> int:
        """How long it takes in a lesson of that length; 0 = it is left out."""
        return int(self.sections["minutes"].split()[(SHORT, NORMAL, LONG).index(lesson)])


@dataclass(frozen=True)
class LessonQuestion:
    """What is asked before a lesson and after it."""

    text: str
    answers: tuple[str, ...]
    right: int  # which of the answers, from 0
    why: str


@dataclass(frozen=True)
class Term:
    """A term of the glossary."""

    name: str
    definition: str
    equation: str  # LaTeX
    file: str  # where it is computed
    code: str  # the line there
    avoided: tuple[str, ...]  # what it is never called here

    @property
    def help(self) -> str:
        """Markdown to be shown where the term is met."""
        return f"**{self.name.capitalize()}.** {self.definition}\n\n$${self.equation}$$\n\n`{self.file}`"


@cache
def steps() -> tuple[TourStep, ...]:
    """The steps of the tour, in order."""
    return tuple(_step(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("[1-9]-*.md")))


def _step(text: str) -> TourStep:
    head, *rest = SECTION.split(text)
    sections = {name.strip(): _flat(body) for name, body in zip(rest[::2], rest[1::2], strict=True)}
    return TourStep(head.strip().removeprefix("# "), sections)


def taken(lesson: int | None) -> list[int]:
    """Steps, from 0, of a lesson of so many minutes: those that it has minutes for; all where nobody teaches."""
    return [n for n, step in enumerate(steps()) if lesson is None or step.minutes(lesson)]


@cache
def questions() -> tuple[LessonQuestion, ...]:
    """Asked at the first step of a lesson and again at its last."""
    _, *rest = SECTION.split((FOLDER / "questions.md").read_text(encoding="utf-8"))
    return tuple(_question(text.strip(), body) for text, body in zip(rest[::2], rest[1::2], strict=True))


def _question(text: str, body: str) -> LessonQuestion:
    answers = ANSWER.findall(body)
    (right,) = (n for n, (mark, _) in enumerate(answers) if mark == "x")
    return LessonQuestion(text, tuple(answer for _, answer in answers), right, _flat(ANSWER.sub("", body)))


@cache
def glossary() -> dict[str, Term]:
    """Every term by its name."""
    _, *rest = SECTION.split(GLOSSARY.read_text(encoding="utf-8"))
    return {name.strip(): _term(name.strip(), body) for name, body in zip(rest[::2], rest[1::2], strict=True)}


def _term(name: str, body: str) -> Term:
    definition, *facts = re.split(r"^- ", body.strip(), flags=re.MULTILINE)
    about = dict(fact.strip().split(": ", 1) for fact in facts)
    file, code = about["code"].split(": ", 1)
    avoided = tuple(word.strip() for word in about["not"].split(","))
    return Term(name, _flat(definition), about["equation"], file, code.strip("`"), avoided)


def help_on(name: str) -> str:
    """What a term means, for the `help` of a heading or a widget: the one way in which the app explains its terms."""
    return glossary()[name].help


def help_in(text: str) -> str | None:
    """What the terms in a heading mean, in their order; None where there is none."""
    found = {name: re.search(rf"\b{re.escape(name)}s?\b", text, re.IGNORECASE) for name in glossary()}
    met = sorted((match.start(), name) for name, match in found.items() if match and name not in EVERYDAY)
    return "\n\n".join(help_on(name) for _, name in met) or None


def kinds(model: Description) -> tuple[str, ...]:
    """What sets a model apart from others in the texts, the most telling first."""
    config, found = model.config, []
    if not config["facets"]:
        found += ["no attention"] if not model.architecture.attention else []
        found.append("no facets")
    else:
        found += ["mixture"] if not model.head.additive else []
        found.append(str(config.get("experts_form", "published")) if int(config["experts"]) > 1 else "one expert")
    if model.architecture.attention:
        found.append(str(config["positions"]))
    return tuple(found)


def _flat(text: str) -> str:
    return " ".join(text.split())
