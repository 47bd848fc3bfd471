"""The identity of a data set."""

from unittest.mock import patch

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fame.data import fingerprint
from fame.data.fingerprint import Fingerprint


@given(st.lists(st.text(), min_size=1, max_size=40), st.integers(1, 9))
def test_ids_in_pieces_hash_as_the_whole_list(ids, rows):
    distinct = list(dict.fromkeys(ids))
    whole, pieces = Fingerprint(), Fingerprint()
    whole.add_json("users", ids)
    with patch.object(fingerprint, "ROWS", rows):
        pieces.add_ids("users", np.array([distinct.index(item_id) for item_id in ids]), distinct)
    assert pieces.hex() == whole.hex()


@given(st.lists(st.text(), max_size=5), st.lists(st.text(), max_size=5))
def test_other_parts_have_another_hash(first, second):
    """Where one part ends and the next begins counts, too."""
    hashes = set()
    for parts in {(tuple(first), tuple(second)), (tuple(first + second), ()), ((), tuple(first + second))}:
        found = Fingerprint()
        for name, part in zip("ab", parts, strict=True):
            found.add_json(name, part)
        hashes.add(found.hex())
    assert len(hashes) == len({(tuple(first), tuple(second)), (tuple(first + second), ()), ((), tuple(first + second))})
