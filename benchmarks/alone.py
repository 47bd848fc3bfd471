"""A command's seconds and peak memory, from outside: `python -m benchmarks.alone COMMAND …`.

A process's peak counts what its parent held when it was started, so this one, which measures, holds next to nothing.
"""

import json
import os
import resource
import subprocess
import sys
import time
from typing import Any


def alone(command: list[str]) -> dict[str, Any]:
    """seconds, cpu_seconds, peak_gb, code and load of a command, which is run by a process that holds nothing else."""
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.alone", *command], stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(run.stdout)


def main() -> None:
    """Run, and print what it took; what the command says is shown where it failed."""
    started = time.perf_counter()
    run = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    seconds = time.perf_counter() - started
    if run.returncode:
        print(run.stderr, file=sys.stderr)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = {
        "seconds": seconds,
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "peak_gb": used.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 2**30,
        "code": run.returncode,
        "load": os.getloadavg()[0],
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
