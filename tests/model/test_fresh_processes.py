"""The same numbers in every process: what a process does first must not depend on how its threads happen to start."""

import os
import subprocess
import sys

PROCESSES = 16  # without the first call by one thread, one of ten differs on an idle machine

FIRST = """
import fame.model, torch
x = -4 * torch.rand(22_264)
print(torch.equal(x.exp(), x.exp()))
"""


def test_the_first_threaded_exponential_of_a_process_is_like_every_later_one():
    threads = os.environ | {"OMP_NUM_THREADS": "2"}
    said = [
        subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, check=True, env=threads).stdout
        for _ in range(PROCESSES)
    ]
    assert [one.strip() for one in said] == ["True"] * PROCESSES
