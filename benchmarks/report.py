"""How a benchmark ends: its table on the screen and in README.md, and a JSON file with what it takes to judge it."""

import json
import os
import platform
from collections.abc import Iterable, Sequence
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


def publish(section: str, text: str) -> None:
    """Print the text, and put it into README.md between `<!-- SECTION -->` and `<!-- /SECTION -->`."""
    print(text)
    page = README.read_text(encoding="utf-8")
    opening, closing = f"<!-- {section} -->", f"<!-- /{section} -->"
    before, found, rest = page.partition(opening)
    _, ended, after = rest.partition(closing)
    if not (found and ended):
        raise SystemExit(f"{README} has no place {opening} … {closing} for this table; add one.")
    README.write_text(f"{before}{opening}\n{text.strip()}\n{closing}{after}", encoding="utf-8")
