"""Times as people and programs write them: the instant that is meant, or a refusal or question that says why."""

import random
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pandas as pd
import pytest

from fame.data import DataError
from fame.data.importing import Report, bring_in, options


def bring(folder: Path, times: list[str], **chosen: object) -> tuple[list[float | None], Report]:
    """The seconds that are made of each text, None where its row is dropped; and the report."""
    rows = "".join(f"u\ti{n}\t{time}\n" for n, time in enumerate(times))
    (folder / "log.tsv").write_text("user_id\titem_id\ttime\n" + rows)
    report = bring_in([folder / "log.tsv"], folder / "d", options(**chosen))
    kept = pd.read_parquet(folder / "d" / "interactions.parquet").set_index("item_id")["timestamp"].to_dict()
    return [kept.get(f"i{n}") for n in range(len(times))], report


def at(*parts: int, zone: float = 0) -> float:
    return datetime(*parts, tzinfo=timezone(timedelta(hours=zone))).timestamp()


ONE_BY_ONE = {
    "2021-10-31T02:45:00+02:00": at(2021, 10, 31, 2, 45, zone=2),
    "2021-10-31T02:45:00+0100": at(2021, 10, 31, 2, 45, zone=1),
    "2021-10-31 02:45:00-05": at(2021, 10, 31, 2, 45, zone=-5),
    "2021-10-31T02:45:00.250Z": at(2021, 10, 31, 2, 45) + 0.25,
    "2021-10-31 02:45 UTC": at(2021, 10, 31, 2, 45),
    "2021-10-31T02:45:00+02:00[Europe/Berlin]": at(2021, 10, 31, 2, 45, zone=2),
    "20211031T024500Z": at(2021, 10, 31, 2, 45),
    "2021/3/4 12:05 AM": at(2021, 3, 4, 0, 5),
    "2021-03-04 12:05:09 p.m.": at(2021, 3, 4, 12, 5, 9),
    "2021-03-04 06:06:07,5": at(2021, 3, 4, 6, 6, 7) + 0.5,
    "28/01/21": at(2021, 1, 28),
    "1/28/2021 6:06 PM": at(2021, 1, 28, 18, 6),
    "1/28/2021 6 PM": at(2021, 1, 28, 18),
    "28-01-2021 06:06": at(2021, 1, 28, 6, 6),
    "28/01/99": at(1999, 1, 28),
    "04.03.2021": at(2021, 3, 4),
    "04.03.21 18:00": at(2021, 3, 4, 18),
    "4 March 2021": at(2021, 3, 4),
    "04-Mar-21 6:06 PM": at(2021, 3, 4, 18, 6),
    "March 4th, 2021": at(2021, 3, 4),
    "Mar 4, 2021, 6:06:07 PM": at(2021, 3, 4, 18, 6, 7),
    "2021-Mar-04": at(2021, 3, 4),
    "Thu Mar 04 06:06:07 +0000 2021": at(2021, 3, 4, 6, 6, 7),
    "Thu Mar 04 06:06:07 -0330 2021": at(2021, 3, 4, 9, 36, 7),
    "Thu Mar  4 06:06:07 2021": at(2021, 3, 4, 6, 6, 7),
    "Thu, 04 Mar 2021 06:06:07 GMT": at(2021, 3, 4, 6, 6, 7),
    "Thu Mar 04 2021 06:06:07 GMT+0100 (Central European Standard Time)": at(2021, 3, 4, 6, 6, 7, zone=1),
    "04/Mar/2021:06:06:07 +0100": at(2021, 3, 4, 6, 6, 7, zone=1),
    "03 04, 2021": at(2021, 3, 4),
    "10 4, 2012": at(2012, 10, 4),
    "20210304": at(2021, 3, 4),
    "20210304060607": at(2021, 3, 4, 6, 6, 7),
    "1614837967.5": 1614837967.5,
}


@pytest.mark.parametrize("text", ONE_BY_ONE)
def test_a_time_is_the_instant_that_is_meant(tmp_path, text):
    made, report = bring(tmp_path, [text])
    assert made == [ONE_BY_ONE[text]]
    when = datetime.fromtimestamp(int(made[0]), UTC).replace(tzinfo=None)
    assert report.span.says == f"from {when} to {when} (UTC)"
    assert (report.span.first, report.span.last) == (made[0], made[0])


def test_forms_beside_each_other_are_each_understood(tmp_path):
    rng = random.Random(3)
    forms = (
        "%Y-%m-%dT%H:%M:%S",
        "%d/%m/%Y %H:%M:%S",
        "%d %b %Y %I:%M:%S %p",
        "%a %b %d %H:%M:%S %Y",
        "%Y-%m-%d %H:%M:%S",
    )
    texts, wanted = [], []
    for _ in range(400):
        zone = rng.choice([None, -9.5, -3, 0, 2, 5.75])
        when = datetime(2001, 1, 1) + timedelta(seconds=rng.randrange(700_000_000))
        form = rng.choice(forms)
        offset = (
            ""
            if zone is None or form.endswith("%Y")
            else when.replace(tzinfo=timezone(timedelta(hours=zone))).strftime("%z")
        )
        texts.append(when.strftime(form) + offset)
        wanted.append(when.replace(tzinfo=UTC).timestamp() - (3600 * zone if offset else 0))
    made, report = bring(tmp_path, texts)
    assert made == wanted
    assert any("were read day first, as '" in note for note in report.notes)
    assert any("say their zone" in note for note in report.notes)


@pytest.mark.parametrize(
    "text",
    ["2021-03-04 06:06:07 CET", "2021-03-04 06:06:07 +25:00", "2021-03-04 13:00 PM", "2021-03-04 0:10 AM", "2021-02-30",
     "2021-03-04 06:06:07 x", "2021-03-04x", "2021-03-04+02:00", "2021-03-04 25:00", "2021-03", "soon", "31/04/2021",
     "2021-03-04 6 o'clock", "2021-03-04 06", "Foo Mar 04 06:06:07 +0000 2021", "2021-03-04 06:06:07 +02:00 DST",
     "nan", "1e999"],
)  # fmt: skip
def test_what_is_not_understood_whole_is_dropped_counted_and_the_forms_are_named(tmp_path, text):
    (made, report) = bring(tmp_path, ["2021-03-04 06:06:07", text])
    assert made == [at(2021, 3, 4, 6, 6, 7), None]
    drop = next(drop for drop in report.dropped if drop.reason == "no time")
    assert (drop.rows, drop.example) == (1, f"row 2 of log.tsv: the time is {text!r}")
    assert any("1 times were not understood" in note and "+02:00" in note for note in report.notes)


def test_a_column_that_is_not_understood_is_refused_with_the_forms(tmp_path):
    with pytest.raises(
        DataError, match=r"the time is 'soon' in row 1 .*understood are numbers .*2021-03-04 06:06:07.*28/01/21"
    ):
        bring(tmp_path, ["soon", "later"])


@pytest.mark.parametrize(
    ("times", "asked"),
    [
        (["03/04/2021", "05/06/2021"], "does the day or the month come first in '03/04/2021'"),
        (["03-04-2021 06:06", "05-06-2021 06:06"], "the day or the month"),
        (["03/04/15", "05/06/15"], "the day or the month"),
        (["21/03/04"], "the day, the month or the year"),
        (["28/01/2021", "01/28/2021"], "'28/01/2021' has its day first, '01/28/2021' its month"),
    ],
)
def test_dates_that_can_be_read_in_several_ways_are_asked_about(tmp_path, times, asked):
    with pytest.raises(DataError, match=asked):
        bring(tmp_path, times)
    assert [path.name for path in tmp_path.iterdir()] == ["log.tsv"]


def test_one_date_decides_for_the_whole_column_wherever_it_stands(tmp_path):
    times = [f"{1 + n % 12:02}/{1 + n // 12 % 12:02}/2021" for n in range(3_000)]
    made, report = bring(tmp_path, [*times, "12/13/2021"])
    assert made[:2] == [at(2021, 1, 1), at(2021, 2, 1)]
    assert any("month first, as '12/13/2021' allows nothing else" in note for note in report.notes)


@pytest.mark.parametrize(
    ("text", "how", "wanted"),
    [
        ("03/04/2021", "day-first", at(2021, 4, 3)),
        ("03/04/2021", "month-first", at(2021, 3, 4)),
        ("21/03/04", "year-first", at(2021, 3, 4)),
        ("04.03.2021", "month-first", at(2021, 4, 3)),
        ("03/04/2021 06h06", "%m/%d/%Y %Hh%M", at(2021, 3, 4, 6, 6)),
        ("2021-03-04 06:06 +0200", "%Y-%m-%d %H:%M %z", at(2021, 3, 4, 4, 6)),
        ("210304", "%y%m%d", at(2021, 3, 4)),
    ],
)
def test_the_format_that_is_said_is_used(tmp_path, text, how, wanted):
    assert bring(tmp_path, [text], time_format=how)[0] == [wanted]


@pytest.mark.parametrize("how", ["dayfirst", "%q", "%Y'; DROP TABLE raw; --"])
def test_a_format_that_is_none_is_refused(tmp_path, how):
    with pytest.raises(DataError, match=r"time.format|time is"):
        bring(tmp_path, ["03/04/2021"], time_format=how)


def test_dates_are_seconds_beside_numbers_in_milliseconds(tmp_path):
    made, _ = bring(tmp_path, ["1600000000000", "1600000001000", "2021-03-04", "1600000003000"])
    assert made == [1.6e9, 1.6e9 + 1, at(2021, 3, 4), 1.6e9 + 3]


def test_numbers_that_only_order_are_said_to(tmp_path):
    assert bring(tmp_path, ["1", "60"])[1].span.says == "from 1 to 60: numbers too small for dates, so they only order"
