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
    """Run, and print what it took; of the command only what it says of errors is shown."""
    started = time.perf_counter()
    code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=False).returncode
    seconds = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = {
        "seconds": seconds,
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "peak_gb": used.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 2**30,
        "code": code,
        "load": os.getloadavg()[0],
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
