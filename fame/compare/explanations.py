"""Whether two models explain alike: how they order the past items of a history by what each does."""

from __future__ import annotations

import numpy as np
from scipy.stats import spearmanr

from fame.compare.common_items import translation
from fame.compare.records import ExplanationAgreement
from fame.data import DataSet, leave_one_out
from fame.data.split import sample
from fame.explain.past.methods import attribute
from fame.explain.question import Question
from fame.model import Model
from fame.ranking.resampling import interval

METHOD = "occlusion-remove"  # is run, not read off: what becomes of log p without each item
EXPLAINED = 60  # histories
LEAST = 4  # past items: the order of fewer says little


def explained_alike(
    ours: Model, theirs: Model, data: tuple[DataSet, DataSet], seed: int = 0
) -> ExplanationAgreement | None:
    """Rank correlation (Spearman's) of what both attribute to the past items for the item that came next.

    Over test histories of the first's data, on the items that both catalogs have. None where too few have enough.
    """
    to = translation(data[0].catalog, data[1].catalog)
    events = sample(leave_one_out(data[0].histories).test, 2 * EXPLAINED, seed)
    longest = min(ours.config.length, theirs.config.length)
    found: list[float] = []
    for row, target in enumerate(events.targets.tolist()):
        read = [item for item in events.histories[row].tolist() if to[item]][-longest:]
        if len(read) < LEAST or not to[target] or target in read or len(found) == EXPLAINED:
            continue
        questions = Question.of(ours, read, target), Question.of(theirs, to[read].tolist(), int(to[target]))
        values = [attribute(question, METHOD).values for question in questions]
        if all(np.ptp(each) > 0 for each in values):
            found.append(float(spearmanr(*values).statistic))
    if len(found) < 2:
        return None
    low, high = interval(np.array(found))
    return ExplanationAgreement(METHOD, len(found), float(np.mean(found)), low, high)
