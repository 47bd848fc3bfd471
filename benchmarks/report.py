"""How a benchmark ends: its tables in a file of their own, the most telling part in README.md, every value as JSON."""

import json
import os
import platform
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
README = HERE / "README.md"


def machine() -> dict[str, Any]:
    """What the figures were made on."""
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": version("numpy"),
    }


def processor() -> str:
    """Its name, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def on() -> str:
    """The machine in a sentence, to stand under a table."""
    about = machine()
    return (
        f"{about['processor']}, {about['cores']} cores, {about['threads']} threads, {about['memory_gb']} GB; "
        f"Python {about['python']}, torch {about['torch']}, numpy {about['numpy']}."
    )


def stored(name: str) -> dict[str, Any]:
    """What the benchmark of that name found last; empty if it never ran."""
    file = RESULTS / f"{name}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def keep(name: str, found: dict[str, Any]) -> None:
    """Write what was found, and on what, to results/NAME.json."""
    RESULTS.mkdir(exist_ok=True)
    temporary = RESULTS / f"{name}.json.tmp"
    temporary.write_text(json.dumps(found | {"machine": machine()}, indent=1) + "\n", encoding="utf-8")
    temporary.replace(RESULTS / f"{name}.json")


@dataclass(frozen=True)
class Brief:
    """What of a benchmark's tables a person reads first: columns by their heads, and the rows in which a pattern is."""

    columns: tuple[str, ...] = ()  # none = all
    rows: str = ""
    table: int = 0  # which of the tables, from 0

    def of(self, text: str) -> str:
        """A small table, without what stands in brackets behind a figure, and without its margins."""
        lines = re.findall(r"(?:^\|.*\n?)+", text, re.M)[self.table].strip().splitlines()
        head, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
        shown = [head.index(name) for name in self.columns] or list(range(len(head)))
        told = [[re.sub(r" ± [\d.]+| \([^)]*\)", "", row[k]) for k in shown] for row in rows
                if re.search(self.rows, " | ".join(row))]  # fmt: skip
        return table([head[k] for k in shown], told)


BRIEFS = {
    "quality amazon-beauty": Brief(("model", "HR@10", "NDCG@10"), "preset|popular"),
    "quality movielens-100k": Brief(("model", "HR@10", "NDCG@10"), "preset|popular"),
    "training": Brief(("SASRec of", "s/epoch", "this project = 1"), table=1),
    "growth": Brief(("items", "interactions", "s/epoch", "peak memory, GB"), r"10,000,000 \| sampled"),
    "serving": Brief(("what", "median ms", "bare product = 1"), r"^1 \| (bare product \||top 20 with parts and|mix)"),
    "planted truth": Brief(("model", "gate", "contribution", "knock-out", "named")),
    "shared value": Brief(("shared", "gate", "contribution", "driver", "right of those named", "probability")),
    "preferences": Brief(("model", "largest expert", "beyond chance", "the facet's state", "fall", "NDCG@10")),
    "driver ceiling": Brief(),
    "explanations movielens-100k": Brief(("method", "DEL@1", "area")),
    "explanations amazon-beauty": Brief(("method", "DEL@1", "area")),
    "claims": Brief(rows="^all", columns=("model", "histories", "claimed", "share", "95 % interval")),
    "costs": Brief(("what", "items", "estimate, s", "took, s"), "removals .* 50|test of|training"),
    "app clicks": Brief(("page", "click", "median ms", "p95"), "movielens.*", 0),
    "imports": Brief(("format", "rows", "s", "peak GB", "pandas, s"), r"\| 32,000,000"),
    "growth explain": Brief(("items", "history", "Predict, s", "Why, s", "above, MB"), r"\| (50|300|1,000) \|"),
    "trace": Brief(("events", "opened", "all of them", "rank > 10", "what it keeps", "50 rows", "peak MB"), table=1),
    "error kinds": Brief(("kind", "has the tag", "right of the tag", "is the kind", "right of the kind")),
    "cluster": Brief(
        ("1 worker, events/s", "2 workers, events/s", "efficiency", "efficiency in core time", "load before")
    ),
    "slices": Brief(("viewers", "found", "told of nothing")),
    "fuzz": Brief(),
}


def publish(section: str, text: str) -> None:
    """Print the text, write it to results/SECTION.md, and a brief of it between `<!-- SECTION -->` and its end here."""
    print(text)
    file = RESULTS / f"{section.replace(' ', '-')}.md"
    file.write_text(f"# {section[0].upper()}{section[1:]}\n\n{text.strip()}\n", encoding="utf-8")
    page = README.read_text(encoding="utf-8")
    opening, closing = f"<!-- {section} -->", f"<!-- /{section} -->"
    before, found, rest = page.partition(opening)
    _, ended, after = rest.partition(closing)
    if not (found and ended):
        raise SystemExit(f"{README} has no place {opening} … {closing} for this table; add one.")
    told = f"{BRIEFS.get(section, Brief()).of(text)}\n\n[All figures, and what marks mean]({file.relative_to(HERE)})"
    README.write_text(f"{before}{opening}\n{told}\n{closing}{after}", encoding="utf-8")
