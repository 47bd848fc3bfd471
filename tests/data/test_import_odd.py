"""Odd files, as people have them: imported rightly, or refused with the right file's name and what to do."""

import gzip
import io
import json
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fame.data import DataError, DataSet, read
from fame.data.importing import Report, bring_in, look, options

ROWS = [("u1", "a", 1), ("u1", "b", 2), ("u2", "b", 3), ("u2", "c", 4), ("u1", "c", 5)]
LOG = "user_id,item_id,timestamp\n" + "".join(f"{user},{item},{time}\n" for user, item, time in ROWS)
FILMS = "item_id,title,genre\na,Alien,Horror\nb,Brazil,Comedy\nc,Casablanca,Drama\n"
WANTED = {"u1": ["a", "b", "c"], "u2": ["b", "c"]}


def bring(
    folder: Path, files: dict[str, str | bytes], about: tuple[str, ...] = (), /, **chosen: object
) -> tuple[dict[str, list[str]], DataSet, Report]:
    """Write the files and import them: histories by user, the data, the report."""
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    paths = [folder / name for name in files if name not in about]
    report = bring_in(paths, folder / "d", options(**chosen), [folder / name for name in about])
    data = read(folder / "d")
    return histories(data), data, report


def histories(data: DataSet) -> dict[str, list[str]]:
    return {user: [data.catalog.id(i) for i in row] for user, row in zip(data.users, data.histories, strict=True)}


def rows(template: str, header: str = "") -> str:
    return header + "".join(template.format(u=user, i=item, t=time) for user, item, time in ROWS)


def zipped(inner: str, content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(inner, content)
    return made.getvalue()


JSON = [{"userId": user, "movieId": item, "timestamp": time} for user, item, time in ROWS]
NESTED = [{"user": {"id": user}, "item": {"id": item}, "ts": time} for user, item, time in ROWS]
DATES = rows("{u},{i},2021-03-0{t}\n")
ODD: dict[str, tuple[str, str | bytes]] = {  # each holds the same five rows
    "bom": ("log.csv", LOG.encode("utf-8-sig")),
    "utf-16": ("log.csv", LOG.encode("utf-16")),
    "tabs in a txt": ("log.txt", LOG.replace(",", "\t")),
    "pipes": ("log.csv", LOG.replace(",", "|")),
    "semicolons": ("log.csv", LOG.replace(",", ";")),
    "blanks": ("log.txt", LOG.replace(",", " ")),
    "blanks without a header": ("log.txt", rows("{u} {i} 160000000{t}\n")),
    "double colons with a header": ("log.dat", LOG.replace(",", "::")),
    "separator at the end of all lines": ("log.csv", LOG.replace("\n", ",\n")),
    "separator at the end of rows": ("log.csv", rows("{u},{i},{t},\n", "user_id,item_id,timestamp\n")),
    "CRLF": ("log.csv", LOG.replace("\n", "\r\n")),
    "CR": ("log.csv", LOG.replace("\n", "\r")),
    "no newline at the end": ("log.csv", LOG.rstrip()),
    "blank lines": ("log.csv", "\n\n" + LOG.replace("\n", "\n\n")),
    "mixed case": ("log.csv", LOG.replace("user_id,item_id,timestamp", "User-ID,ITEM_ID,TimeStamp")),
    "blanks in the header": ("log.csv", LOG.replace("user_id,item_id", " user id , item id ")),
    "quoted": ("log.csv", rows('"{u}","{i}","{t}"\n', '"user_id","item_id","timestamp"\n')),
    "an index of pandas": ("log.csv", rows("0,{u},{i},{t}\n", ",user_id,item_id,timestamp\n")),
    "sep=": ("log.csv", "sep=;\n" + LOG.replace(",", ";")),
    "sep=, CRLF and BOM": ("log.csv", ("sep=\t\n" + LOG.replace(",", "\t")).replace("\n", "\r\n").encode("utf-8-sig")),
    "a title above": ("log.csv", "Export of our shop\n" + LOG),
    "a title and a blank line above": ("log.csv", "Export of our shop\n\n" + LOG),
    "remarks above": ("log.csv", "# made by us, in 2021\n% bip\n" + LOG),
    "a header after a hash": ("log.csv", "#" + LOG),
    "konect": ("out.txt", rows("{u} {i} 1 160000000{t}\n", "% bip weighted\n")),
    "no header, seconds": ("log.csv", rows("{u},{i},160000000{t}\n")),
    "no header, dates": ("log.csv", DATES),
    "no header, times of day": ("log.tsv", rows("{u}\t{i}\t2021-03-0{t} 06:07:08\n")),
    "no header, rating and dates": ("log.csv", rows("{u},{i},4,2021-03-0{t}\n")),
    "json lines": ("log.jsonl", "".join(json.dumps(row) + "\n" for row in JSON)),
    "json lines of objects": ("log.ndjson", "".join(json.dumps(row) + "\n\n" for row in NESTED)),
    "json array": ("log.json", json.dumps(JSON)),
    "json array over many lines": ("log.json", json.dumps(NESTED, indent=2)),
    "gz in a zip": ("all.zip", zipped("data/log.csv.gz", gzip.compress(LOG.encode()))),
    "gz": ("log.csv.gz", gzip.compress(LOG.encode())),
    "asin": ("log.csv", LOG.replace("item_id", "asin")),
    "isbn": ("log.csv", LOG.replace("user_id,item_id", "User-ID,ISBN")),
    "movieId": ("log.csv", LOG.replace("user_id,item_id", "userId,movieId")),
    "no header, dates before the item": ("clicks.dat", rows("{u},2014-04-0{t}T10:51:09.277Z,{i},0\n")),
    "item before user": ("log.csv", rows("{i},{t},{u}\n", "item_id,timestamp,user_id\n")),
}  # fmt: skip


@pytest.mark.parametrize("kind", ODD)
def test_an_odd_log_is_read_as_any_other(tmp_path, kind):
    name, content = ODD[kind]
    found, _, report = bring(tmp_path, {name: content})
    assert found == WANTED
    assert report.rows == len(ROWS) == report.counts.interactions


@pytest.mark.parametrize("kind", ["a title above", "remarks above"])
def test_lines_above_the_header_are_said(tmp_path, kind):
    _, _, report = bring(tmp_path, dict([ODD[kind]]))
    assert any("stands above the table" in note for note in report.notes)


def test_the_line_of_a_trouble_counts_those_above(tmp_path):
    with pytest.raises(DataError, match="line 8 has 2 fields, 3 are needed"):
        bring(tmp_path, {"log.csv": "Export\n" + LOG + "u3,b\n"})
    with pytest.raises(DataError, match=r"header \(line 3\) names 'user_id' twice"):
        bring(tmp_path, {"log.csv": "Export\n\nuser_id,user_id,time\nu,a,1\n"})


@pytest.mark.parametrize(("ids", "kept"), [("{u} x", "u1 x"), ("  {u} ", "u1"), ('"{u}, x"', "u1, x")])
def test_ids_with_blanks(tmp_path, ids, kept):
    text = "user_id,item_id,timestamp\n" + "".join(f"{ids.format(u=user)},{item},{time}\n" for user, item, time in ROWS)
    found, _, _ = bring(tmp_path, {"log.csv": text})
    assert found[kept] == WANTED["u1"]


@pytest.mark.parametrize("header", [None, False])
def test_a_log_without_header_loses_no_row(tmp_path, header):
    text = rows("{u},{i},2021-03-0{t}\n") if header is None else "who,what,2021-03-01\nwho,else,2021-03-02\n"
    found, _, report = bring(tmp_path, {"log.csv": text}, header=header)
    assert found == (WANTED if header is None else {"who": ["what", "else"]})
    assert report.rows == text.count("\n")
    because = "its first line looks like a row" if header is None else "as you said"
    assert report.notes[0].endswith(f"log.csv has no header ({because}): its columns are numbered from 1.")


def test_a_header_is_not_said_to_be_missing(tmp_path):
    _, _, report = bring(tmp_path, {"log.csv": LOG, "films.csv": FILMS})
    assert not any("no header" in note for note in report.notes)


def test_no_header_is_not_meant_of_a_file_that_has_one(tmp_path):
    found, data, _ = bring(tmp_path, {"log.csv": DATES, "films.csv": FILMS}, header=False)
    assert found == WANTED
    assert data.catalog.titles == ("Alien", "Brazil", "Casablanca")


def test_a_header_that_recurs_in_no_row_is_one_and_can_be_said(tmp_path):
    assert look([_write(tmp_path, "log.csv", "p,q\nx,y\nz,y\n")]).tables[0].rows[0] == ("x", "y")
    assert look([_write(tmp_path, "log.csv", "x,y\nz,y\n")]).tables[0].rows[0] == ("x", "y")
    assert look([_write(tmp_path, "log.csv", "x,y\nz,y\n")], options(header=True)).tables[0].rows[0] == ("z", "y")
    assert look([_write(tmp_path, "log.csv", "0,1,2\nu,a,1\n")]).tables[0].rows[0] == ("u", "a", "1")


def _write(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text)
    return folder / name


TITLES = ("Alien", "Brazil", "Casablanca")


@pytest.mark.parametrize("first", ["films.csv", "log.csv"])
def test_files_in_any_order(tmp_path, first):
    files = {"log.csv": LOG, "films.csv": FILMS}
    found, data, _ = bring(tmp_path, {first: files.pop(first), **files})
    assert (found, data.catalog.titles) == (WANTED, TITLES)


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("film_no,title,genre", {}),  # told by its values
        ("id,title,genre", {}),
        ("movieId,title,genre", {}),
        ("film_no,title,genre", {"files": {"films.csv": {"mapping": {"item": "film_no"}}}}),
        ("film_no,name of it,genre", {"files": {"films.csv": {"mapping": {"item": "film_no", "title": "name of it"}}}}),
    ],
)
@pytest.mark.parametrize("about", [(), ("films.csv",)])
def test_log_and_items_may_name_the_id_differently(tmp_path, header, chosen, about):
    files = {"log.csv": LOG, "films.csv": FILMS.replace("item_id,title,genre", header)}
    found, data, _ = bring(tmp_path, files, about, **chosen)
    assert (found, data.catalog.titles) == (WANTED, TITLES)
    assert data.catalog.values("genre", 1) == ("Horror",)


def test_the_log_may_be_mapped_and_the_items_not(tmp_path):
    files = {"log.csv": LOG.replace("user_id,item_id,timestamp", "k1,k2,k3"), "films.csv": FILMS}
    found, data, _ = bring(tmp_path, files, mapping={"user": "k1", "item": "k2", "time": "k3"})
    assert (found, data.catalog.titles) == (WANTED, TITLES)


def test_the_id_that_the_log_has_is_preferred(tmp_path):
    films = "item_id,asin,title\n1,a,Alien\n2,b,Brazil\n3,c,Casablanca\n"
    _, data, _ = bring(tmp_path, {"log.csv": LOG.replace("item_id", "asin"), "films.csv": films})
    assert data.catalog.titles == TITLES
    _, data, _ = bring_again(tmp_path, {"log.csv": LOG.replace("item_id", "product"), "films.csv": films})
    assert data.catalog.titles == TITLES


def bring_again(
    folder: Path, files: dict[str, str | bytes], about: tuple[str, ...] = (), /, **chosen: object
) -> tuple[dict[str, list[str]], DataSet, Report]:
    (folder / "again").mkdir()
    return bring(folder / "again", files, about, **chosen)


def test_a_rank_is_not_taken_for_the_id(tmp_path):
    films = "rank,no,title\n3,1,A\n1,2,B\n2,3,C\n"
    _, data, _ = bring(tmp_path, {"log.csv": "user,movie,time\nu,1,1\nu,2,2\nv,3,3\n", "films.csv": films})
    assert data.catalog.titles == ("A", "B", "C")


def test_a_guess_offers_the_id_of_each_file(tmp_path):
    _write(tmp_path, "log.csv", LOG)
    _write(tmp_path, "films.csv", FILMS.replace("item_id", "film_no"))
    guess = look([tmp_path / "log.csv", tmp_path / "films.csv"])
    found = {column.name: (column.role, column.why) for column in guess.tables[1].columns}
    assert found["film_no"] == ("item", "its values are the log's items")
    assert found["genre"][0] == "family"
    report = bring_in([tmp_path / "log.csv", tmp_path / "films.csv"], tmp_path / "d", guess.options)
    assert report.untitled == 0


def test_what_is_an_events_is_no_family_of_items(tmp_path):
    films = "item_id,user_id,timestamp,rating,genre\na,u1,1,5,Horror\nb,u1,2,4,Comedy\nc,u2,4,4,Drama\n"
    log = LOG.replace("timestamp", "timestamp,rating").replace("\n", ",3\n").replace("rating,3", "rating")
    files = {"log.csv": log, "films.csv": films}
    _, data, _ = bring(tmp_path, files, ("films.csv",))
    assert [family.name for family in data.catalog.families] == ["genre"]
    assert "user_id" not in look([tmp_path / "log.csv"], items=[tmp_path / "films.csv"]).offered
    with pytest.raises(DataError, match=r"'user_id' is the user of .*log.csv, so it cannot be a family of items"):
        bring_again(tmp_path, files, families=["user_id"])


INSIDE = "user_id,item_id,timestamp,title,genres,device\n" + "".join(
    f"{user},{item},{time},{TITLES['abc'.index(item)]},{'War|Drama' if item == 'b' else 'War'},{time}\n"
    for user, item, time in ROWS
)


def test_titles_and_genres_in_the_log_are_used_and_said(tmp_path):
    found, data, report = bring(tmp_path, {"log.csv": INSIDE})
    assert (found, data.catalog.titles) == (WANTED, TITLES)
    assert data.catalog.values("genres", data.catalog.index("b")) == ("War", "Drama")
    assert [family.name for family in report.families] == ["genres"]
    assert any("taken from it: title, genres" in note for note in report.notes)
    assert any("has columns that are not used: device;" in note for note in report.notes)
    guess = look([tmp_path / "log.csv"])
    assert set(guess.offered) == {"genres", "device"}
    assert guess.options.families == ("genres",)
    again = bring_in([tmp_path / "log.csv"], tmp_path / "e", guess.options)
    assert again.fingerprint == report.fingerprint


def test_what_differs_between_rows_of_an_item_is_counted(tmp_path):
    log = "user_id,item_id,timestamp,title,genre\n" + "".join(
        f"u{n},i{n % 10},{n},T{n % 10}{'!' if n == 205 else ''},{'War' if n != 207 else 'Drama'}\n" for n in range(300)
    )
    _, data, report = bring(tmp_path, {"log.csv": log})
    assert data.catalog.titles == tuple(f"T{n}" for n in range(10))
    assert any("title is not the same in all rows of 1 of 10 items; the first counts" in note for note in report.notes)
    assert any("genre is not the same in all rows of 1 of 10 items" in note for note in report.notes)
    late = "user_id,item_id,timestamp,genre\n" + "".join(
        f"u{n},i{n % 10},{n},{'War' if n < 250 else f'G{n}'}\n" for n in range(300)
    )
    _, _, report = bring_again(tmp_path, {"log.csv": late})
    assert report.families == ()
    assert any("so it was not taken for something about the items" in note for note in report.notes)


def test_a_review_title_is_no_title_of_an_item(tmp_path):
    log = LOG.replace("timestamp", "timestamp,title").replace("\n", ",fine\n").replace("title,fine", "title")
    log = log.replace("5,fine", "5,bad")
    _, data, _ = bring(tmp_path, {"log.csv": log})
    assert data.catalog.titles[2] == "c"


def test_titles_of_the_log_fill_what_a_table_about_items_lacks(tmp_path):
    _, data, _ = bring(tmp_path, {"log.csv": INSIDE, "films.csv": FILMS.replace("Alien", "Alien (1979)")[:-20]})
    assert data.catalog.titles == ("Alien (1979)", "Brazil", "Casablanca")
    assert [family.name for family in data.catalog.families] == ["genre"]


REFUSED: dict[str, tuple[dict[str, str | bytes], dict[str, object], tuple[str, ...]]] = {
    "only users": (
        {"users.csv": "user_id,age\nu1,3\n"}, {}, ("users.csv: no column looks like the item", "--map item=")),
    "only items": (
        {"films.csv": FILMS}, {}, ("films.csv: no column looks like the user", "give the file of interactions")),
    "no times": ({"log.csv": "user,item\nu,a\n"}, {}, ("log.csv: no column looks like the time", "--in-order")),
    "one of two has no times": (
        {"one.csv": LOG, "two.csv": "user_id,item_id\nu,a\n"}, {}, ("two.csv: no column", "--map two.csv:time=COLUMN")),
    "a file that is not given": (
        {"log.csv": LOG}, {"files": {"films.csv": {"mapping": {"item": "id"}}}}, ("no file 'films.csv'", "log.csv")),
    "a column that a file lacks": (
        {"log.csv": LOG, "films.csv": FILMS}, {"files": {"films.csv": {"mapping": {"item": "id"}}}},
        ("films.csv has no column 'id', only item_id, title, genre",)),
    "no id in the items": (
        {"log.csv": LOG, "films.csv": "no,genre\n9,x\n8,y\n"}, {},
        ("films.csv has no column", "--map films.csv:item=COLUMN")),
    "order and times": (
        {"log.csv": LOG}, {"in_order": True, "mapping": {"time": "timestamp"}},
        ("'timestamp' and the order of the rows",)),
    "duplicate columns": (
        {"log.csv": "user,item,item\nu,a,1\n"}, {}, ("log.csv: the header (line 1) names 'item' twice",)),
    "an unknown family": (
        {"log.csv": LOG, "films.csv": FILMS}, {"families": ["director"]},
        ("no column 'director' about items", "only genre;")),
    "a family without items": (
        {"log.csv": LOG}, {"families": ["director"]}, ("'director'", "give a file about the items")),
    "a title as a family": ({"log.csv": LOG, "films.csv": FILMS}, {"families": ["title"]}, ("only genre; name one",)),
    "json that is one object": ({"log.json": '{\n"rows": [\n1\n]\n}\n'}, {}, ("log.json: line 1", "one object a line")),
    "latin-1": (
        {"log.csv": LOG.encode() + b"\xe9,a,1\n"}, {},
        ("log.csv is not UTF-8 (line 7, byte 1", "--encoding latin-1,", "--encoding log.csv=latin-1 for this file")),
    "several blanks": (
        {"log.txt": LOG.replace(",", "   ")}, {}, ("log.txt seems to separate columns by several blanks",)),
    "a column of tables": ({"log.json": '{"user": ["u"], "item": ["a"]}'}, {}, ("log.json holds a single object",)),
    "items between rows": (
        {"log.csv": "1:\nu1,3,2005-09-06\nu2,5,2005-09-07\n"}, {}, ("log.csv: no column looks like the user",)),
    "no header, and numbers that may be counts": (
        {"log.csv": "u1,a,13883\nu1,b,11690\n"}, {},
        ("log.csv: no column looks like the time", "column 3", "--map time=")),
    "an empty array": ({"log.json": "[]\n"}, {}, ("log.json is empty",)),
    "no json": ({"log.jsonl": "\n"}, {}, ("log.jsonl is empty",)),
    "two columns that may be the id": (
        {"log.csv": "user,item,time\nu,1,1\nu,2,2\n", "films.csv": "rank,place,name\n1,2,A\n2,1,B\n"}, {},
        ("films.csv has no column 'item_id', only rank, place, name", "--map films.csv:item=COLUMN")),
    "empty": ({"log.csv": LOG, "films.csv": ""}, {}, ("films.csv is empty",)),
    "swapped": (
        {"log.csv": LOG.replace("user_id,item_id", "item_id,user_id"), "films.csv": FILMS}, {},
        ("films.csv tells of what the log has for users", "--map")),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_refused_names_the_right_file_and_what_to_do(tmp_path, kind):
    files, chosen, said = REFUSED[kind]
    with pytest.raises(DataError) as error:
        bring(tmp_path, files, **chosen)
    for part in said:
        assert part in str(error.value)
    assert "\n" not in str(error.value)
    assert {path.name for path in tmp_path.iterdir()} == set(files)


@pytest.mark.parametrize("chosen", [{}, {"mapping": {"user": "userId", "item": "movieId", "time": "timestamp"}}])
def test_tags_and_users_beside_a_log_add_nothing(tmp_path, chosen):
    files: dict[str, str | bytes] = {
        "tags.csv": "userId,movieId,tag,timestamp\nu9,a,fun,1\n",
        "log.csv": LOG.replace("user_id,item_id", "userId,movieId"),
        "users.csv": "userId,age\nu1,33\n",
    }
    found, _, report = bring(tmp_path, files, **chosen)
    assert found == WANTED
    why = {Path(passed.where).name: passed.why for passed in report.ignored}
    assert "tags and not interactions" in why["tags.csv"]
    assert "has no column of items" in why["users.csv"]
    if not chosen:
        found, _, _ = bring_again(tmp_path, files, files={"tags.csv": {"mapping": {"user": "userId"}}})
        assert "u9" in found
    (tmp_path / "alone").mkdir()
    assert bring(tmp_path / "alone", {"tags.csv": files["tags.csv"]})[0] == {"u9": ["a"]}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_ratings_and_movies_of_ones_own_are_not_forced_to_be_movielens(tmp_path, separator):
    log = LOG.replace("user_id,item_id", "who,film").replace(",", separator)
    films = FILMS.replace("item_id", "film").replace(",", separator)
    found, data, report = bring(tmp_path, {"ratings.csv": log, "movies.csv": films})
    assert (found, data.catalog.titles, report.form) == (WANTED, TITLES, "csv")
    with pytest.raises(DataError, match=r"ratings\.csv is not as MovieLens writes it"):
        bring_again(tmp_path, {"ratings.csv": log, "movies.csv": films}, form="movielens")


def test_movielens_families_are_those_that_it_has(tmp_path):
    log = "userId,movieId,rating,timestamp\n" + "".join(f"{user},{item},3,{time}\n" for user, item, time in ROWS)
    films = "movieId,title,genres\na,Alien (1979),Horror\nb,Brazil (1985),Comedy\nc,Casablanca (1942),Drama\n"
    files: dict[str, str | bytes] = {"ratings.csv": log, "movies.csv": films}
    with pytest.raises(
        DataError, match="no column 'director' about items to make a family of, only genre, era; name one"
    ):
        bring(tmp_path, files, families=["director"])
    files["directors.csv"] = "film,director\na,Scott\nb,Gilliam\nc,Curtiz\n"
    _, data, _ = bring_again(tmp_path, files, families=["director", "era"])
    assert {family.name for family in data.catalog.families} == {"director", "era"}


def test_the_order_of_the_rows_is_time_if_asked_and_said(tmp_path):
    text = rows("{u},{i}\n", "user,item\n")
    found, _, report = bring(tmp_path, {"log.csv": text}, in_order=True)
    assert found == WANTED
    assert any("order of the rows stands for the time" in note for note in report.notes)
    backwards = "".join(LOG.splitlines(keepends=True)[:1] + LOG.splitlines(keepends=True)[:0:-1])
    found, _, _ = bring_again(tmp_path, {"log.csv": backwards}, in_order=True)
    assert found == {user: row[::-1] for user, row in WANTED.items()}
    found, _, _ = bring_again(tmp_path / "again", {"log.csv": text + "u1,a\n"}, in_order=True)
    assert found["u1"] == ["a", "b", "c", "a"]


def test_every_file_has_its_own_encoding(tmp_path):
    films = FILMS.replace("Brazil", "Amélie").encode("cp1252")
    log = LOG.replace("u2", "Łukasz").encode()
    found, data, _ = bring(tmp_path, {"log.csv": log, "films.csv": films}, files={"films.csv": {"encoding": "cp1252"}})
    assert set(found) == {"u1", "Łukasz"}
    assert data.catalog.titles[1] == "Amélie"
    with pytest.raises(DataError, match=r"films\.csv is not UTF-8"):
        bring_again(tmp_path, {"log.csv": log, "films.csv": films})


def test_items_that_never_occur_are_counted(tmp_path):
    _, _, report = bring(tmp_path, {"log.csv": LOG, "films.csv": FILMS + "x,X,War\ny,Y,War\n"})
    assert any("films.csv: 2 of 5 rows are of items that have no interaction here" in note for note in report.notes)


def test_a_file_of_any_ending_is_read_where_it_is_given_itself(tmp_path):
    found, data, _ = bring(tmp_path, {"log.export": LOG, "films.info": FILMS})
    assert (found, data.catalog.titles) == (WANTED, TITLES)


def test_a_list_by_commas_stays_whole_and_how_to_cut_it_is_said(tmp_path):
    films = 'item_id,genre\na,"Horror, War"\nb,"Comedy, War"\nc,War\n'
    _, data, report = bring(tmp_path, {"log.csv": LOG, "films.csv": films})
    assert data.catalog.values("genre", 1) == ("Horror, War",)
    assert any("genre is taken whole where it is 'Horror, War'" in note for note in report.notes)
    _, data, _ = bring_again(tmp_path, {"log.csv": LOG, "films.csv": films}, separator=", ")
    assert data.catalog.values("genre", 1) == ("Horror", "War")


def test_a_rating_in_words_is_an_items_and_one_in_numbers_an_events(tmp_path):
    log = rows("{u},{i},{t},4\n", "user_id,item_id,timestamp,rating\n")
    for number, (values, wanted) in enumerate([(("R", "PG", "R"), ["rating"]), ((7.1, 8, 3), [])]):
        (tmp_path / str(number)).mkdir()
        films = "item_id,rating\n" + "".join(f"{i},{value}\n" for i, value in zip("abc", values, strict=True))
        _, data, _ = bring(tmp_path / str(number), {"log.csv": log, "films.csv": films})
        assert [family.name for family in data.catalog.families] == wanted


def test_files_of_a_folder_that_tell_of_nothing_are_passed_over(tmp_path):
    folder = tmp_path / "all"
    folder.mkdir()
    for name, text in {"log.csv": LOG, "films.csv": FILMS, "genres.csv": "number,word\n1,Horror\n2,War\n"}.items():
        (folder / name).write_text(text)
    report = bring_in([folder], tmp_path / "d")
    assert {Path(passed.where).name: passed.why for passed in report.ignored} == {
        "genres.csv": "no column of it holds the log's items"
    }
    assert read(tmp_path / "d").catalog.titles == TITLES


def test_parquet_beside_csv_with_other_names(tmp_path):
    _write(tmp_path, "films.csv", FILMS.replace("item_id", "id"))
    users, items, times = zip(*ROWS, strict=True)
    pq.write_table(pa.table({"uid": users, "movie": items, "ts": times}), tmp_path / "log.parquet")
    report = bring_in([tmp_path / "films.csv", tmp_path / "log.parquet"], tmp_path / "d")
    assert histories(read(tmp_path / "d")) == WANTED
    assert isinstance(report, Report)
    assert report.untitled == 0


def test_what_is_said_of_a_log_that_tells_of_items_is_said_once(tmp_path):
    text = rows("{u},{i},{t},Title {i}\n", "user_id,item_id,timestamp,title\n").replace("Title c", '"Title c')
    _, data, report = bring(tmp_path, {"log.csv": text})
    assert data.catalog.titles[2] == '"Title c'
    assert sum("quote" in note for note in report.notes) == 1
