"""Same bits in every process: the first exponential is not left to two threads.

On Intel's and AMD's processors torch takes `exp` from MKL, which finds out in its first call which of its kernels suits
the processor. Where two threads make that call together, one of them may come by another kernel, whose last bits
differ: seen in one fresh process of ten, and then a whole training went another way. A call that one thread makes
alone, before all others, settles it.
"""

import torch


def settle() -> None:
    """Make the first call; one number is work for one thread."""
    torch.ones(1).exp()
