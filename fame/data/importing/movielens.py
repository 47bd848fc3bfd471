"""The files of GroupLens' MovieLens, known by their names and first lines, whatever their size."""

from collections.abc import Sequence
from dataclasses import dataclass

from fame.data.columns import DataError
from fame.data.importing.files import File
from fame.data.importing.options import ImportOptions
from fame.data.importing.tables import Table, delimited

FLAGS = [
    "unknown",
    "Action",
    "Adventure",
    "Animation",
    "Children's",
    "Comedy",
    "Crime",
    "Documentary",
    "Drama",
    "Fantasy",
    "Film-Noir",
    "Horror",
    "Musical",
    "Mystery",
    "Romance",
    "Sci-Fi",
    "Thriller",
    "War",
    "Western",
]
FILMS_100K = ("item_id", "title", "released", "video", "url", *FLAGS)
RATINGS, FILMS = ("user_id", "item_id", "rating", "timestamp"), ("item_id", "title", "genre")
FILM_FAMILIES = ("genre", "era")  # made of the columns about films
LINE = 4096  # bytes that the first line has at most
PARTS = (
    "u.data",
    "ratings.dat",
    "ratings.csv",
    "u.item",
    "movies.dat",
    "movies.csv",
    "tags.csv",
    "tags.dat",
    "links.csv",
)
OTHERS = ("users.dat", "u.user", "u.genre", "u.info", "u.occupation", "genome-scores.csv", "genome-tags.csv")


@dataclass(frozen=True)
class MovieLens:
    """Ratings and, if they are there, films."""

    label: str
    log: Table
    films: Table | None


def movielens(files: Sequence[File], options: ImportOptions) -> MovieLens | None:
    """The ratings and films among the files; None if they are not MovieLens'.

    Raises
    ------
    DataError
        The files are said to be MovieLens', and are not.
    """
    of = {file.name: file for file in reversed(files)}
    said = options.form == "movielens"
    for log, about, label, separator, names, films in (
        ("u.data", "u.item", "MovieLens 100K", "\t", RATINGS, ("|", FILMS_100K)),
        ("ratings.dat", "movies.dat", "MovieLens 1M or 10M", "::", RATINGS, ("::", FILMS)),
        ("ratings.csv", "movies.csv", "MovieLens", ",", (), (",", ())),
    ):
        if log not in of:
            continue
        if _fits(of[log], separator, names) and (about not in of or _fits(of[about], *films)):
            if about not in of and not said and log != "u.data":
                return None
            rated = delimited(of[log], _encoding(of[log], options), separator, names, not names)
            found = None
            if about in of:
                found = delimited(of[about], _encoding(of[about], options), *films, quoted=not films[1])
            return MovieLens(label, rated, found)
    if said:
        there = [name for name in PARTS[:3] if name in of]
        if there:
            raise DataError(f"{of[there[0]].where} is not as MovieLens writes it; leave the format to be guessed.")
        raise DataError(
            f"There is no u.data, ratings.dat or ratings.csv among the {len(files)} files; they are not MovieLens'."
        )
    return None


def is_part(file: File) -> bool:
    """Whether it comes with MovieLens."""
    return file.name in (*PARTS, *OTHERS)


def _fits(file: File, separator: str, names: Sequence[str]) -> bool:
    """Whether the first line is as MovieLens writes it."""
    with file.open() as stream:
        line = stream.read(LINE).removeprefix(b"\xef\xbb\xbf").partition(b"\n")[0].decode("latin-1").strip()
    if names:
        return line.count(separator) == len(names) - 1
    return line.lower().startswith(("userid,movieid,rating,timestamp", "movieid,title,genres"))


def _encoding(file: File, options: ImportOptions) -> str:
    """100K is in Latin-1, 1M too, 10M in UTF-8."""
    if file.name == "u.item":
        return "latin-1"
    if file.name != "movies.dat":
        return options.encoding_of(file)
    with file.open() as stream:
        content = stream.read(64 << 20)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"
