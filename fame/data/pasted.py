"""Item ids as people paste them: from a table, a list, a sentence."""

from collections.abc import Container

from fame.data.histories import parse_history

SEPARATORS = ("\t", ";", ",", " ")  # in this order: what stands between two tabs may hold a comma


def pasted_ids(text: str, known: Container[str]) -> list[str]:
    """Ids, oldest first, with commas, semicolons, tabs, blanks or line breaks between them.

    What is a `known` id as a whole is never cut, so that ids with blanks or commas are found on a line, or between
    separators, of their own. Lines with quotes are read as `parse_history` reads them.

    Raises
    ------
    HistoryTextError
        A quote is not closed or is followed by text.
    """
    found: list[str] = []
    for line in text.splitlines():
        found += parse_history(line) if '"' in line and line.strip() not in known else _cut(line, SEPARATORS, known)
    return found


def _cut(text: str, separators: tuple[str, ...], known: Container[str]) -> list[str]:
    """The ids of a text: itself, where it is one, else those between the first of the separators, and so on."""
    text = text.strip()
    if not text or text in known or not separators:
        return [text] if text else []
    parts = text.split(separators[0])
    if separators[0] == " " and not any(part in known for part in parts):
        return [text]  # an id with blanks that is not here: its first word alone would not be missed
    return [item_id for part in parts for item_id in _cut(part, separators[1:], known)]
