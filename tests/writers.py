"""Many processes that write a folder at once and are killed while they do: `python -m tests.writers replace IN 300`.

A writer that is to be killed kills itself at a random one of the operations on files that Python tells of, so that
every place between two of them is met. Prints, as JSON, the numbers of the writers that were told that their folder is
there, that it was refused, and that were killed; and whose files a reader beside them saw.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from fame.errors import InputError
from fame.folders import new_folder, read_whole, whole_folder

FILES = 3
AT_ONCE = 10
WATCHED = ("open", "os.", "shutil.", "fcntl.")


def content(folder: Path) -> set[str]:
    """The writers whose text is in the files of a folder; one, where it is whole."""
    found = {path.read_text() for path in sorted(folder.rglob("*.txt"))}
    return found if len(list(folder.rglob("*.txt"))) == FILES else found | {"incomplete"}


def write(way: str, folder: Path, number: int, killed: bool, rng: random.Random) -> None:
    """One writer, in a process of its own."""
    if killed:
        left = rng.randrange(60)

        def die(event: str, _: object) -> None:
            nonlocal left
            if event.startswith(WATCHED) and event != "os.kill":
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(die)
    with (whole_folder if way == "replace" else new_folder)(folder) as new:
        for n in range(FILES):
            inside = new / f"part-{n}"
            inside.mkdir()
            (inside / "a.txt").write_text(str(number))
            time.sleep(rng.random() / 1000)


def start(way: str, folder: Path, number: int, killed: bool) -> int:
    """Fork a writer; gives the process's number."""
    process = os.fork()
    if process:
        return process
    code = 2
    try:
        write(way, folder, number, killed, random.Random(number))
        code = 0
    except InputError:
        code = 3
    finally:
        os._exit(code)


def main(way: str, parent: Path, writers: int) -> None:
    """Start the writers, some at once, and read between. All replace one folder; every ten make a new one."""
    rng = random.Random(1)
    running: dict[int, int] = {}
    told, refused, killed, seen = [], [], [], []

    def wait() -> None:
        process, status = os.wait()
        ended, code = running.pop(process), os.waitstatus_to_exitcode(status)
        {0: told, 3: refused, -signal.SIGKILL: killed}[code].append(ended)

    for number in range(writers):
        last = number == writers - 1
        while len(running) >= AT_ONCE or (last and running):
            wait()
        folder = parent / ("all" if way == "replace" else str(number // AT_ONCE))
        running[start(way, folder, number, killed=rng.random() < 0.6 and not last)] = number
        if folder.exists():
            seen.append(sorted(read_whole(folder, lambda folder=folder: content(folder))))
    while running:
        wait()
    print(json.dumps({"told": told, "refused": refused, "killed": killed, "seen": seen}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
