"""What the picture of a forward pass shows, in sentences. Plain text: who does not see the picture hears it."""

from collections.abc import Sequence

from app.look.numbers import percent, signed
from app.sentences.marking import together
from fame.explain.forward_pass import ForwardPass


def flow_sentences(found: ForwardPass, titles: Sequence[str], ranked: Sequence[str]) -> list[str]:
    """A sentence a part of the picture, in the order in which the model works; `ranked` is empty where it is hidden."""
    T, N = len(titles), found.router.shape[1] if found.facets else 1
    said = [f"The model reads {T} item{'s' * (T != 1)}, oldest first: {together(list(titles))}."]
    if not found.facets:
        said.append(one_reader(found, titles))
    for h, name in enumerate(found.facets):
        said.append(reads(found, h, name, titles))
        if N > 1:
            weights = found.router[h]
            largest = int(weights.argmax())
            said.append(
                f"Of its {N} experts, the router gives expert {largest + 1} most: {percent(float(weights[largest]))}."
            )
    if found.facets:
        gates = [f"{name} {percent(float(g))}" for name, g in zip(found.facets, found.gate, strict=True)]
        said.append(f"The gate gives {together(gates)}.")
    if ranked:
        said.append(f"First comes {ranked[0]}, with {percent(float(found.answer.probability[0]))}.")
        said.append(score_sum(found, 0))
        after = [
            f"{title} {percent(float(p))}" for title, p in zip(ranked[1:5], found.answer.probability[1:5], strict=False)
        ]
        said += [f"Then {together(after)}."] if after else []
    return said


def reads(found: ForwardPass, h: int, name: str, titles: Sequence[str]) -> str:
    """From which item a facet reads most, or that it reads most from the begin token."""
    read, start = found.read, found.read_start
    assert read is not None
    assert start is not None
    t = int(read[h].argmax())
    if float(start[h]) > float(read[h, t]):
        return f"Facet {name} reads most from the begin token, {percent(float(start[h]))}: from what stands before all."
    return f"Facet {name} reads most from {titles[t]}: {percent(float(read[h, t]))}."


def one_reader(found: ForwardPass, titles: Sequence[str]) -> str:
    """How a model without facets reads."""
    if found.read is None:
        return "It has no facets and no attention: one state takes in an item after the other."
    mean, heads = found.read.mean(0), len(found.read)
    t = int(mean.argmax())
    many = f"Its {heads} heads are mixed" if heads > 1 else "Its head is"
    start = found.read_start
    if start is not None and float(start.mean()) > float(mean[t]):
        return (
            f"It has no facets. {many} into one state, which reads most from the begin token: {percent(start.mean())}."
        )
    return f"It has no facets. {many} into one state, which reads most from {titles[t]}: {percent(float(mean[t]))}."


def score_sum(found: ForwardPass, row: int) -> str:
    """The parts of an item's score as a sum, or of its probability."""
    answer = found.answer
    if answer.responsibilities is not None:
        shares = zip(found.facets, answer.responsibilities[row], strict=True)
        return f"Of that, the facets give {together([f'{name} {percent(float(share))}' for name, share in shares])}."
    parts = [f"{name} {signed(float(p))}" for name, p in zip(found.facets, answer.contributions[row], strict=True)]
    if not found.facets:
        parts = [f"the history {signed(answer.above(row) or 0.0)}"]
    sum_ = [f"the average item's {signed(answer.reference)}", f"popularity {signed(float(answer.bias[row]))}", *parts]
    return f"Its score {signed(float(answer.score[row]))} is the sum of {together(sum_)}."
