"""What is changed in a model by hand, as a link and a command say it: weights "1:40,2.3:0", places "2,5".

The first facet then weighs 40 %, the third expert of the second facet nothing, and the second and fifth item of the
history are not read. All are counted from 1, as people see them. What cannot be is told of and left alone.
"""

import re
from collections.abc import Iterable, Mapping

WEIGHT = re.compile(r"(\d{1,4})(?:\.(\d{1,4}))?:(\d{1,3})", re.ASCII)


def weights_in(text: str, facets: int, experts: int) -> tuple[dict[int, int], dict[tuple[int, int], int], list[str]]:
    """Whole percents of the gate by facet and of the routers by (facet, expert), both from 0; a sentence a mistake."""
    gate, router, strange = dict[int, int](), dict[tuple[int, int], int](), list[str]()
    for part in filter(None, (part.strip() for part in text.split(","))):
        found = WEIGHT.fullmatch(part)
        h, n, share = (int(found[1]) - 1, int(found[2] or 0) - 1, int(found[3])) if found else (-1, -1, -1)
        if not found or share > 100:
            strange.append(f"The weight {part[:60]!r} is not FACET:PERCENT or FACET.EXPERT:PERCENT with 0 to 100.")
        elif not 0 <= h < facets or n >= experts or (found[2] is not None and (n < 0 or experts == 1)):
            what = f"{facets} facets of {experts} experts" if facets else "no facets"
            strange.append(f"The weight {part!r} is of no facet or expert that there is; the model has {what}.")
        elif found[2] is None:
            gate[h] = share
        else:
            router[h, n] = share
    return gate, router, strange


def weights_text(gate: Mapping[int, int], router: Mapping[tuple[int, int], int]) -> str:
    """The text from which `weights_in` reads the same."""
    shares = [f"{h + 1}:{share}" for h, share in sorted(gate.items())]
    return ",".join(shares + [f"{h + 1}.{n + 1}:{share}" for (h, n), share in sorted(router.items())])


def places_in(text: str, items: int, length: int) -> tuple[tuple[int, ...], list[str]]:
    """Places, from 0, in a history of so many items of which the newest `length` are read; a sentence a mistake."""
    oldest, places, strange = max(0, items - length), set[int](), list[str]()
    for part in filter(None, (part.strip() for part in text.split(","))):
        place = int(part) - 1 if part.isascii() and part.isdigit() and len(part) < 7 else -1
        if oldest <= place < items:
            places.add(place)
        else:
            strange.append(f"Item {part[:60]!r} cannot be left out: items {oldest + 1} to {items} are read.")
    if places and len(places) == items - oldest:
        return (), ["Every item that is read would be left out; something has to stay."]
    return tuple(sorted(places)), strange


def places_text(places: Iterable[int]) -> str:
    """The text from which `places_in` reads the same."""
    return ",".join(str(place + 1) for place in sorted(places))
