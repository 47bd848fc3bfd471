"""What a trace takes, in seconds, reckoned before it is made: some of the very same events are traced and timed now."""

import time

import numpy as np

from fame.data import DataSet, leave_one_out
from fame.data.split import sample
from fame.explain.families.anatomy import Anatomy
from fame.model import Model
from fame.ranking.evaluation import together
from fame.trace.batch import tell
from fame.trace.subject import Subject

TIMED, START = 16, 6.0  # events, and seconds until a process has read the model


def seconds(model: Model, data: DataSet, anatomy: Anatomy) -> float:
    """To trace the test events of a data set, by the pace of a few drawn from them; the anatomy was fitted before."""
    events = leave_one_out(data.histories).test
    some = sample(events, TIMED, seed=0)
    if not len(some.targets):
        return START
    of, begun = Subject.of(model, data, "drop", anatomy), time.perf_counter()
    for rows in together(model, some.histories.lengths):
        tell(of, some, np.asarray(rows))
    return START + (time.perf_counter() - begun) * len(events.targets) / len(some.targets)
