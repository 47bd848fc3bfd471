"""How busy the machine is, for estimates that are not timed but known from how long a thing took on an idle one."""

import time

TURN = 0.2  # seconds, in which other programs had their turn


def slowdown() -> float:
    """Seconds on the clock for each that this thread computes, at least 1."""
    begun, computed = time.perf_counter(), time.thread_time()
    while time.perf_counter() - begun < TURN:
        pass
    return max(1.0, (time.perf_counter() - begun) / max(1e-3, time.thread_time() - computed))
