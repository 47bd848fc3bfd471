"""Any file is imported or refused with a sentence; `python -m benchmarks.fuzz` tries many more."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.fuzz import OUTCOMES, answer, attack, end


def test_damaged_files_of_every_format_end_well():
    ends = attack(150, seed=7)
    assert ends["refused with a sentence"] > 20
    assert ends["imported, every row kept or counted"] > 20


def test_files_are_imported_as_they_were_made_or_refused():
    for kind, ends in answer(90, seed=3).items():
        assert ends[OUTCOMES[2]] == 0, kind
        assert ends[OUTCOMES[0]] >= 5, kind


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")),
    ending=st.sampled_from([".csv", ".json", ".parquet", ".inter", ".gz", ".zip", ""]),
    header=st.sampled_from([b"", b"user_id,item_id,timestamp\n"]),
)
def test_random_bytes_end_well(tmp_path_factory, content, ending, header):
    folder: Path = tmp_path_factory.mktemp("fuzz")
    (folder / f"log{ending}").write_bytes(header + content)
    end(folder / f"log{ending}", folder / "d")
