"""Names and titles in a sentence: escaped, and marked as what they are."""

from collections.abc import Collection, Sequence

from app.look.numbers import ordinal


def escape(text: str) -> str:
    """Text from data for a Markdown place: shown as it is, whatever it holds."""
    return "".join("\\" + character if character in "\\`*_{}[]()<>#+-.!|$~:&" else character for character in text)


def facet(name: str) -> str:
    """A facet in a sentence, marked as one: it may have the name of the attribute that it is tied to."""
    return f"**{escape(name)}**" if name.startswith("facet") else f"facet **{escape(name)}**"


def plain_facet(name: str) -> str:
    """A facet in a label, which knows no Markdown, marked as one."""
    return name if name.startswith("facet") else f"facet {name}"


def attribute(name: str) -> str:
    """An attribute family in a sentence, marked as one."""
    return f"attribute **{escape(name)}**"


def derived_family(name: str) -> str:
    """A family that is derived from what users took, in a sentence, marked as one."""
    return f"derived family **{escape(name)}**"


def family(name: str, derived: Collection[str]) -> str:
    """A family in a sentence, marked as the attribute that it is, or as one of those that are derived."""
    return derived_family(name) if name in derived else attribute(name)


def told_apart(titles: Sequence[str]) -> list[str]:
    """Past items by their titles; of those of one title it is said which."""
    said = []
    for t, title in enumerate(titles):
        which = f"the {ordinal(1 + list(titles[:t]).count(title))} " if list(titles).count(title) > 1 else ""
        said.append(f"{which}*{escape(title)}*")
    return said


def together(names: Sequence[str]) -> str:
    """["*A*", "*B*", "*C*"] -> "*A*, *B* and *C*"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
