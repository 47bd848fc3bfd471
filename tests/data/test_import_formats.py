"""The layouts in which public data come, in small; and archives that mean harm."""

import gzip
import json
import stat
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fame.data import DataError, DataSet, read
from fame.data.importing import Report, bring_in, look, options

FLAGS_TOY = "|".join("1" if place in (3, 4, 5) else "0" for place in range(19))  # animation, children's, comedy
LAYOUTS = {
    "100K": {
        "u.data": b"196\t1\t3\t881250949\n196\t2\t4\t881250940\n",
        "u.item": f"1|Toy Story (1995)|01-Jan-1995||http://x|{FLAGS_TOY}\n"
        f"2|Misérables, Les (1995)|01-Jan-1995||http://y|1{'|0' * 18}\n".encode("latin-1"),
        "u.user": b"1|24|M|technician|85711\n",
    },
    "1M": {
        "ratings.dat": b"196::1::3::881250949\n196::2::4::881250940\n",
        "movies.dat": "1::Toy Story (1995)::Animation|Children's|Comedy\n2::Misérables, Les (1995)::Drama\n".encode(
            "latin-1"
        ),
        "users.dat": b"1::F::1::10::48067\n",
    },
    "32M": {
        "ratings.csv": b"userId,movieId,rating,timestamp\n196,1,3.0,881250949\n196,2,4.0,881250940\n",
        "movies.csv": "movieId,title,genres\n1,Toy Story (1995),Animation|Children's|Comedy\n"
        '2,"Misérables, Les (1995)",(no genres listed)\n'.encode(),
        "tags.csv": b"userId,movieId,tag,timestamp\n1,1,fun,1\n",
        "README.txt": b"read me",
    },
}
REVIEWS = {
    "2014": (
        [
            {"reviewerID": "A1", "asin": "B000000001", "helpful": [0, 1], "overall": 5.0, "unixReviewTime": 1400000000},
            {"reviewerID": "A1", "asin": "B000000002", "overall": 4.0, "unixReviewTime": 1300000000},
        ],
        "{'asin': 'B000000001', 'title': \"Mom's comb\", 'brand': 'X', 'categories': [['Beauty', 'Hair']]}\n"
        "{'asin': 'B000000002', 'title': 'Soap', 'categories': [['Beauty', 'Bath']], 'related': {'also': ['B1']}}\n",
    ),
    "2018": (
        [
            {"reviewerID": "A1", "asin": "B000000001", "overall": 5.0, "vote": "2", "unixReviewTime": 1400000000},
            {"reviewerID": "A1", "asin": "B000000002", "overall": 4.0, "unixReviewTime": 1300000000, "style": {"a": 1}},
        ],
        '{"asin": "B000000001", "title": "Mom&#39;s comb", "brand": "X", "category": ["Beauty", "Hair"]}\n'
        '{"asin": "B000000002", "title": "Soap", "category": ["Beauty", "Bath"], "price": "$3.99"}\n',
    ),
    "2023": (
        [
            {"user_id": "A1", "asin": "V1", "parent_asin": "B000000001", "rating": 5, "timestamp": 1400000000000},
            {"user_id": "A1", "asin": "V2", "parent_asin": "B000000002", "rating": 4.0, "timestamp": 1300000000000},
        ],
        '{"parent_asin": "B000000001", "title": "Mom\'s comb", "store": "X", "categories": ["Beauty", "Hair"]}\n'
        '{"parent_asin": "B000000002", "title": "Soap", "categories": ["Beauty", "Bath"], "price": "from 2.99"}\n',
    ),
}


def bring(paths: list[Path], out: Path, **chosen: object) -> tuple[DataSet, Report]:
    report = bring_in(paths, out, options(**chosen))
    return read(out), report


def packed(folder: Path, files: dict[str, bytes], how: str) -> Path:
    """The files as a folder, as a zip, or as a folder of gzips."""
    if how == "zip":
        with zipfile.ZipFile(folder / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(f"ml/{name}", content)
        return folder / "all.zip"
    (folder / "all").mkdir()
    for name, content in files.items():
        if how == "gzip":
            (folder / "all" / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (folder / "all" / name).write_bytes(content)
    return folder / "all"


@pytest.mark.parametrize("how", ["folder", "zip", "gzip"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_movielens_in_every_size_and_packing_is_the_same(tmp_path, layout, how):
    path = packed(tmp_path, LAYOUTS[layout], how)
    data, report = bring([path], tmp_path / "d")
    assert (report.form, report.rows, report.untitled) == ("movielens", 2, 0)
    assert data.catalog.titles == ("Toy Story (1995)", "Les Misérables (1995)")
    assert data.catalog.values("genre", 1) == ("Animation", "Children's", "Comedy")
    assert data.catalog.values("genre", 2) == (("Drama",) if layout == "1M" else ())
    assert data.catalog.values("era", 2) == ("1990s",)
    assert [data.catalog.id(i) for i in data.histories[0]] == ["2", "1"]
    assert len(report.ignored) == len(LAYOUTS[layout]) - 2
    assert report.preview[0].items[1][1] == "Toy Story (1995)"


@pytest.mark.parametrize("year", REVIEWS)
def test_amazon_reviews_with_metadata_of_every_year(tmp_path, year):
    reviews, about = REVIEWS[year]
    (tmp_path / "reviews.json.gz").write_bytes(gzip.compress("\n".join(map(json.dumps, reviews)).encode()))
    (tmp_path / "meta.json").write_text(about)
    data, report = bring([tmp_path / "reviews.json.gz", tmp_path / "meta.json"], tmp_path / "d")
    assert report.form == "amazon"
    assert data.users == ("A1",)
    assert [data.catalog.id(i) for i in data.histories[0]] == ["B000000002", "B000000001"]
    assert data.catalog.titles == ("Mom's comb", "Soap")
    names = {family.name for family in data.catalog.families}
    category = "category" if year == "2018" else "categories"
    assert names == {category, "store" if year == "2023" else "brand"}
    assert data.catalog.values(category, 1) == ("Hair",)
    assert any("milliseconds" in note for note in report.notes) == (year == "2023")
    assert any("'Beauty' stands first for 2 of 2 items" in note for note in report.notes)


@pytest.mark.parametrize("order", ["user first", "item first"])
def test_amazon_ratings_without_a_header(tmp_path, order):
    rows = [
        ("A39HTATAQ9V7YF", "0205616461", "5.0", "1369699200"),
        ("A3JM6GV9MNOF9X", "B000000002", "3.0", "1355443200"),
    ]
    swapped = rows if order == "user first" else [(item, user, *rest) for user, item, *rest in rows]
    (tmp_path / "ratings_Beauty.csv").write_text("".join(",".join(row) + "\n" for row in swapped))
    data, report = bring([tmp_path / "ratings_Beauty.csv"], tmp_path / "d")
    assert report.rows == 2
    assert data.users == ("A39HTATAQ9V7YF", "A3JM6GV9MNOF9X")
    assert set(data.catalog.ids) == {"0205616461", "B000000002"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('{"reviewerID": "A1", "asin": "B1", "unixReviewTime": 1}\n{"reviewerID": \n', "line 2, column"),
        ("{'asin': __import__('os').system('touch harm')}\n", "line 1"),
        ("{'asin': " + "[" * 100_000 + "\n", "line 1"),
        ("[1, 2]\n", "line 1 is no JSON object"),
    ],
)
def test_lines_that_are_no_objects_are_named_and_never_run(tmp_path, monkeypatch, text, named):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reviews.json").write_text(text)
    with pytest.raises(DataError) as error:
        bring([tmp_path / "reviews.json"], tmp_path / "d")
    assert named in str(error.value)
    assert [path.name for path in tmp_path.iterdir()] == ["reviews.json"]


def test_recbole_words_are_lists_and_other_files_are_passed_over(tmp_path):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "x.inter").write_text('user_id:token\titem_id:token\ttimestamp:float\n"u\t1\t2\nu2\t1\t1\n')
    (tmp_path / "x" / "x.item").write_text(
        "item_id:token\tmovie_title:token_seq\tclass:token_seq\n1\tToy Story\tComedy War\n"
    )
    (tmp_path / "x" / "x.user").write_text("user_id:token\n1\n")
    data, report = bring([tmp_path / "x"], tmp_path / "d")
    assert data.users == ('"u', "u2")
    assert data.catalog.titles == ("Toy Story",)
    assert data.catalog.values("class", 1) == ("Comedy", "War")
    assert [Path(passed.where).name for passed in report.ignored] == ["x.user"]


@pytest.mark.parametrize(
    ("header", "named"),
    [
        ("user_id,item_id", "'user_id,item_id' has no type"),
        ("user_id:number", "'user_id:number' has no type"),
        ("a:token\tb:token\nx\ty\nx\ty\tz", "line 3 has 3 fields"),
    ],
)
def test_what_is_no_atomic_file_is_named(tmp_path, header, named):
    (tmp_path / "x.inter").write_text(header + "\n")
    with pytest.raises(DataError, match=named.replace("(", ".")):
        bring([tmp_path / "x.inter"], tmp_path / "d", mapping={"user": "a", "item": "b", "time": "a"})


LOG = "user_id,item_id,timestamp\nu,a,1\n"


def test_no_name_in_an_archive_reaches_the_disk(tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("log.csv", LOG)
        for name in ("../out.csv", "/tmp/out.csv", "a\\..\\out.csv", ".hidden.csv", "inner.zip"):
            archive.writestr(name, LOG)
        link = zipfile.ZipInfo("link.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    before = set(tmp_path.parent.rglob("*"))
    data, report = bring([tmp_path / "all.zip"], tmp_path / "d")
    assert len(data.histories.items) == 1
    why = {passed.where.partition(": ")[2]: passed.why for passed in report.ignored}
    assert why["../out.csv"] == why["/tmp/out.csv"] == "its name leads out of the archive"
    assert why["link.csv"] == "it is a link"
    assert len(why) == 6
    new = {path for path in set(tmp_path.parent.rglob("*")) - before if tmp_path / "d" not in (path, *path.parents)}
    assert not new


@pytest.mark.parametrize("how", ["declared", "gzip"])
def test_a_bomb_ends_with_a_sentence(tmp_path, how):
    row = b"u,a,1\n" * 200_000
    if how == "declared":
        with (
            zipfile.ZipFile(tmp_path / "log.zip", "w", zipfile.ZIP_DEFLATED) as archive,
            archive.open("l.csv", "w") as member,
        ):
            member.write(LOG.encode() + row * 80)
        path = tmp_path / "log.zip"
    else:
        path = tmp_path / "log.csv.gz"
        with gzip.open(path, "wb") as packing:
            packing.write(LOG.encode())
            for _ in range(80):
                packing.write(row)
    with pytest.raises(DataError, match="unpacks to more than 250 times its size"):
        bring([path], tmp_path / "d")
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


def claim(path: Path, name: str, content: bytes, **said: int) -> Path:
    """A zip whose two headers of its one file say something else: crc, packed or size."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    raw = bytearray(path.read_bytes())
    for start in (14, raw.rindex(b"PK\x01\x02") + 16):
        for place, what in enumerate(("crc", "packed", "size")):
            if what in said:
                struct.pack_into("<I", raw, start + 4 * place, said[what])
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize("honest_sum", [False, True])
def test_a_zip_that_unpacks_to_more_than_it_declares_is_refused(tmp_path, honest_sum):
    """Even where what it declares is whole, and its check sum is that of as much."""
    path = claim(
        tmp_path / "log.zip",
        "l.csv",
        LOG.encode() + b"u,a,1\n" * 3_000_000,
        size=len(LOG),
        **({"crc": zlib.crc32(LOG.encode())} if honest_sum else {}),
    )
    with traced() as peak:
        with pytest.raises(DataError, match=r"Bad CRC-32|holds more than the archive declares"):
            bring([path], tmp_path / "d")
        assert peak() < 20 << 20
    assert [found.name for found in tmp_path.iterdir()] == ["log.zip"]


def test_a_sum_over_one_byte_more_does_not_help(tmp_path):
    more = LOG.encode() + b"u"
    path = claim(tmp_path / "log.zip", "l.csv", more + b",a,2\n", size=len(LOG), crc=zlib.crc32(more))
    with pytest.raises(DataError, match="holds more than the archive declares"):
        bring([path], tmp_path / "d")


def test_a_zip_cannot_claim_room_to_unpack_into(tmp_path):
    inner = gzip.compress(LOG.encode() + b"u,a,1\n" * 20_000_000, 1)
    path = claim(tmp_path / "log.zip", "l.csv.gz", inner, packed=0x7FFFFFFF)
    with pytest.raises(DataError, match="holds more than it is large"):
        bring([path], tmp_path / "d")
    path = claim(tmp_path / "log.zip", "l.csv.gz", inner)
    with pytest.raises(DataError, match="unpacks to more than 250 times its size"):
        bring([path], tmp_path / "d")
    assert [found.name for found in tmp_path.iterdir()] == ["log.zip"]


def test_small_bombs_in_one_archive_share_what_they_may_unpack_to(tmp_path):
    inner = gzip.compress(LOG.encode() + b"u,a,1\n" * 3_000_000)  # 18 MB of 64 that a single one may have
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(10):
            archive.writestr(f"{number}.csv.gz", inner)
    with pytest.raises(DataError, match="unpacks to more than 250 times its size"):
        bring([tmp_path / "all.zip"], tmp_path / "d")


@contextmanager
def traced() -> Iterator[Callable[[], int]]:
    """Bytes that Python held at most within the block."""
    tracemalloc.start()
    try:
        yield lambda: tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("cut", [3, 12, 30])
def test_a_gzip_that_ends_early_is_refused(tmp_path, cut):
    (tmp_path / "log.csv.gz").write_bytes(gzip.compress(LOG.encode() * 50)[:cut])
    with pytest.raises(DataError, match="cannot be read"):
        bring([tmp_path / "log.csv.gz"], tmp_path / "d")


def test_a_guess_shows_files_and_first_rows(tmp_path):
    guess = look([packed(tmp_path, LAYOUTS["1M"], "zip")])
    assert guess.says == "MovieLens 1M or 10M: ratings.dat and movies.dat."
    assert [table.kind for table in guess.tables] == ["interactions", "items"]
    assert guess.tables[1].rows[0][:2] == ("1", "Toy Story (1995)")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_is_offered_of_films_is_what_they_are_given(tmp_path, layout):
    path = packed(tmp_path, LAYOUTS[layout], "folder")
    guess = look([path])
    assert guess.offered == guess.options.families == ("genre", "era")
    report = bring_in([path], tmp_path / "d", guess.options)
    assert [family.name for family in report.families] == ["genre", "era"]
    only = bring_in([path], tmp_path / "e", guess.options.model_copy(update={"families": ("era",)}))
    assert [family.name for family in only.families] == ["era"]


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("form", ["json", "parquet"])
def test_endless_titles_are_refused_or_passed_over_in_little_memory(tmp_path, monkeypatch, form, there):
    """A file of some kilobytes that says 60 MB of items: refused where they occur, let go where they do not."""
    monkeypatch.setattr("fame.data.importing.item_attributes.KEPT", 16 << 20)
    (tmp_path / "log.csv").write_text(LOG + "".join(f"u,i{n},1\n" for n in range(60)))
    ids, title = [f"{'i' if there else 'z'}{n}" for n in range(60)], "x" * 1_000_000
    if form == "json":
        path = tmp_path / "meta.json.gz"
        with gzip.open(path, "wt", 9) as packing:
            packing.writelines(
                json.dumps({"item_id": item, "title": title, "x": f"{item * 999}"}) + "\n" for item in ids
            )
    else:
        path = tmp_path / "meta.parquet"
        titles = pa.DictionaryArray.from_arrays(pa.array([0] * 60, pa.int32()), pa.array([title]))
        pq.write_table(pa.table({"item_id": ids, "title": titles}), path, store_schema=False)
    before = pa.total_allocated_bytes()
    with traced() as peak:
        if there:
            with pytest.raises(DataError, match="title is too long for a title or a family"):
                bring_in([tmp_path / "log.csv"], tmp_path / "d", items=[path])
        else:
            report = bring_in([tmp_path / "log.csv"], tmp_path / "d", items=[path])
            assert "no row of any item that occurs" in report.notes[0]
        assert peak() < 100 << 20
    assert pa.total_allocated_bytes() - before < 1 << 20


def test_an_item_of_very_many_values_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("fame.data.importing.item_attributes.CELLS", 100)
    (tmp_path / "log.csv").write_text(LOG + "u,b,2\nu,c,3\n")
    (tmp_path / "items.csv").write_text("item_id,genre\na,x|y\nb,y\nc," + "|".join(map(str, range(40))) + "\n")
    with pytest.raises(DataError, match="One item has 40 values of 'genre'"):
        bring_in([tmp_path / "log.csv"], tmp_path / "d", options(families=["genre"]), [tmp_path / "items.csv"])


def test_a_parquet_that_unpacks_to_far_more_is_refused(tmp_path):
    table = pa.table({"user_id": ["u" * 1_000] * 100_000, "item_id": ["a"] * 100_000, "timestamp": range(100_000)})
    pq.write_table(table, tmp_path / "log.parquet", compression="zstd", use_dictionary=False)
    with pytest.raises(DataError, match="unpacks to more than 250 times its size"):
        bring([tmp_path / "log.parquet"], tmp_path / "d")


@pytest.mark.parametrize(
    "value",
    [
        "__import__('os').mkdir('owned')",
        "9**9**9**9",
        "[" * 90_000,
        "-" * 200_000 + "1",
        "1+" * 100_000 + "1",
        "x" + ".x" * 90_000,
    ],
)
def test_a_line_in_pythons_form_is_never_run(tmp_path, monkeypatch, value):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "meta.json"
    file.write_text("{'asin': " + value + "}\n")
    with pytest.raises(DataError, match="line 1"):
        bring_in([file], tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["meta.json"]
