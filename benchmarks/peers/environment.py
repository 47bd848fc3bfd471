"""An environment for each peer, from its public package: `python -m benchmarks.peers.environment recbole rectools`.

The peers need a numpy and a pandas that the project itself has left behind, so none of them can share its environment.
"""

import argparse
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

PEERS = Path(__file__).resolve().parent
ENVIRONMENTS = PEERS.parent / ".environments"
NAMES = tuple(sorted(file.stem for file in PEERS.glob("*.txt")))


def python_of(name: str) -> Path:
    """The Python of a peer's environment, which is made first if it is not there, half made, or made from other pins.

    A venv cannot be moved, so it is built in place, and a file that is written last says that it is whole.
    """
    if name not in NAMES:
        raise ValueError(f"there is no peer {name!r}; choose of {', '.join(NAMES)}")
    requirements = PEERS / f"{name}.txt"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    folder = ENVIRONMENTS / name
    python, whole = folder / "bin" / "python", folder / "made-from.sha256"
    if whole.exists() and whole.read_text(encoding="utf-8") == wanted:
        return python
    print(f"Installing {name} into {folder} (a minute or two, 1.5 GB).", file=sys.stderr)
    shutil.rmtree(folder, ignore_errors=True)
    ENVIRONMENTS.mkdir(exist_ok=True)
    (ENVIRONMENTS / ".gitignore").write_text("*\n", encoding="utf-8")
    for command in (
        [sys.executable, "-m", "venv", folder],
        [python, "-m", "pip", "install", "--quiet", "--requirement", requirements],
    ):
        subprocess.run(command, check=True, stdout=sys.stderr)  # stdout is for what the caller measures
    whole.write_text(wanted, encoding="utf-8")
    return python


def main() -> None:
    """Install what is asked for and print where its Python is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all if left out")
    chosen = parser.parse_args()
    unknown = set(chosen.names) - set(NAMES)
    if unknown:
        parser.error(f"there is no peer {min(unknown)!r}; choose of {', '.join(NAMES)}")
    for name in chosen.names or NAMES:
        print(name, python_of(name))


if __name__ == "__main__":
    main()
