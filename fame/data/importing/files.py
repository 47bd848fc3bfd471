"""Files, folders and archives -> files that are read as streams: nothing is ever unpacked to a name of an archive's."""

import copy
import gzip
import io
import os
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from fame.data.columns import DataError
from fame.data.importing.foreign import foreign, foreign_archive

CHUNK = 1 << 20
RATIO, FREE = 250, 64 << 20  # what is packed may become this many times larger, once it is larger than 64 MB
MEMBERS = 10_000  # files of a folder or an archive
ARCHIVES = (".tar", ".tgz", ".7z", ".rar", ".bz2", ".xz", ".zst", ".lz4")


@dataclass(frozen=True)
class Ignored:
    """A file that is not used."""

    where: str
    why: str


@dataclass(frozen=True)
class File:
    """One file, perhaps inside an archive, perhaps packed by gzip."""

    path: Path
    member: str = ""  # its name inside the zip archive `path`
    given: bool = True  # itself, and not with its folder or archive
    free: int = FREE  # bytes that it may unpack to, whatever its size; an archive's files share them

    @property
    def where(self) -> str:
        """As it is called in sentences."""
        return f"{self.path}: {self.member}" if self.member else str(self.path)

    @property
    def name(self) -> str:
        """Its last name, in small letters, without .gz."""
        return PurePosixPath(self.member or self.path.name).name.lower().removesuffix(".gz")

    @property
    def shown(self) -> str:
        """Its last name as it is written."""
        return PurePosixPath(self.member or self.path.name).name

    def called(self, name: str) -> bool:
        """Whether a person may mean it by that name: its own, with or without .gz, or its archive's."""
        name = name.lower()
        return name in (
            self.name,
            f"{self.name}.gz",
            self.path.name.lower(),
            str(self.path).lower(),
            self.where.lower(),
        )

    @property
    def packed(self) -> int:
        """Bytes on disk."""
        if not self.member:
            return self.path.stat().st_size
        with _archive(self.path) as archive:
            return archive.getinfo(self.member).compress_size

    @contextmanager
    def open(self) -> Iterator["Stream"]:
        """The unpacked bytes; whatever is wrong with the packing is a `DataError`."""
        with refused(self.where), _bytes(self) as packed:
            head = packed.read(2)
            packed.seek(0)
            if head == b"\x1f\x8b":
                with gzip.GzipFile(fileobj=packed) as unpacked:
                    yield Stream(unpacked, max(self.free, RATIO * self.packed), self.where)
            else:
                yield Stream(packed, max(FREE, RATIO * self.packed), self.where)

    @contextmanager
    def open_anywhere(self) -> Iterator[IO[bytes]]:
        """The unpacked bytes as a file in which one can jump, as Parquet needs it."""
        with self.open() as stream:
            if not self.member and isinstance(stream.raw, io.BufferedReader):
                yield stream.raw
                return
            with tempfile.TemporaryFile() as copy:
                while chunk := stream.read(CHUNK):
                    copy.write(chunk)
                copy.seek(0)
                yield copy


class Stream(io.RawIOBase):
    """Bytes that stop with a sentence where they have become far more than were packed."""

    def __init__(self, raw: IO[bytes] | gzip.GzipFile, most: int, where: str):
        super().__init__()
        self.raw, self.where, self.most = raw, where, most
        self.count = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer."""
        with refused(self.where):
            found = self.raw.read(len(buffer))
        self.count += len(found)
        if self.count > self.most:
            raise DataError(
                f"{self.where} unpacks to more than {RATIO} times its size, as no table does; unpack it yourself if "
                "you trust it, and give the file."
            )
        buffer[: len(found)] = found
        return len(found)


@contextmanager
def refused(where: str) -> Iterator[None]:
    """What can be wrong with a file or archive, as one sentence."""
    try:
        yield
    except FileNotFoundError:
        raise DataError(f"There is no file {where}; check its name.") from None
    except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError) as error:
        reason = str(error).splitlines()[0] if str(error) else "it ends early"
        raise DataError(f"{where} cannot be read ({reason}); check that it is whole.") from None
    except OSError as error:
        raise DataError(f"{where} cannot be read ({error.strerror or error}); check it.") from None


def expand(paths: Sequence[Path]) -> tuple[list[File], list[Ignored]]:
    """The files that are given, those in given folders, and those in archives; and what is passed over.

    Raises
    ------
    DataError
        A path does not exist or is no ordinary file, or an archive is damaged or unpacks to far too much.
    """
    files: list[File] = []
    ignored: list[Ignored] = []
    for path in paths:
        with refused(str(path)):
            if path.is_dir():
                inside = sorted(_walk(path))
            elif path.is_file():
                inside = [path]
            elif path.exists():
                raise DataError(f"{path} is no ordinary file; give a file, a folder or an archive.")
            else:
                raise FileNotFoundError
            if len(inside) > MEMBERS:
                raise DataError(f"{path} holds more than {MEMBERS:,} files; give those that are to be read.")
            for file in inside:
                if path != file and file.name.startswith("."):
                    ignored.append(Ignored(str(file), "it is hidden"))
                elif path != file and not file.is_file():
                    ignored.append(Ignored(str(file), "it is no ordinary file"))
                elif why := foreign(_head(file)):
                    if path == file:
                        raise DataError(f"{path} {why}.")
                    ignored.append(Ignored(str(file), f"it {why}"))
                elif _starts(file, b"PK\x03\x04", b"PK\x05\x06"):
                    _unzip(file, files, ignored)
                else:
                    files.append(File(file, given=path == file))
    return files, ignored


def _walk(folder: Path) -> Iterator[Path]:
    """Files below a folder; links to folders are not followed."""
    for root, _, names in os.walk(folder):
        yield from (Path(root) / name for name in names)


def _head(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(16)


def _starts(file: Path, *magic: bytes) -> bool:
    with file.open("rb") as opened:
        return opened.read(4) in magic


def _unzip(path: Path, files: list[File], ignored: list[Ignored]) -> None:
    """The files of an archive. They are read as streams, so that no name inside can reach a place on the disk."""
    with _archive(path) as archive:
        inside = archive.infolist()
    if why := foreign_archive([entry.filename for entry in inside]):
        raise DataError(f"{path} {why}.")
    if len(inside) > MEMBERS:
        raise DataError(f"{path} holds more than {MEMBERS:,} files; pack those that are to be read.")
    size = path.stat().st_size
    if sum(entry.compress_size for entry in inside) > size:  # entries that overlap, or that claim room to unpack into
        raise DataError(f"{path} says that it holds more than it is large; it is damaged: pack it anew.")
    if sum(entry.file_size for entry in inside) > max(FREE, RATIO * size):
        raise DataError(
            f"{path} unpacks to more than {RATIO} times its size, as no table does; unpack it yourself if you trust "
            "it, and give the files."
        )
    seen: set[str] = set()
    for entry in inside:
        where, name = f"{path}: {entry.filename}", PurePosixPath(entry.filename)
        why = ""
        if entry.is_dir():
            continue
        if stat.S_ISLNK(entry.external_attr >> 16):
            why = "it is a link"
        elif name.is_absolute() or ".." in name.parts or "\\" in entry.filename:
            why = "its name leads out of the archive"
        elif name.name.startswith(".") or "__MACOSX" in name.parts:
            why = "it is hidden"
        elif entry.flag_bits & 1:
            why = "it is locked by a password"
        elif entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            why = "it is not packed by deflate"
        elif entry.filename in seen:
            why = "another file in the archive has the same name"
        elif name.suffix.lower() == ".zip":
            why = "it is an archive inside an archive"
        seen.add(entry.filename)
        if why:
            ignored.append(Ignored(where, why))
        else:
            files.append(File(path, entry.filename, False, FREE // len(inside)))


@contextmanager
def _archive(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (NotImplementedError, RuntimeError, ValueError, OverflowError, IndexError, KeyError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{path} is no zip archive that can be read ({error}); pack it anew.") from None


@contextmanager
def _bytes(file: File) -> Iterator[IO[bytes]]:
    """As they are on disk or in the archive."""
    if not file.member:
        with file.path.open("rb") as opened:
            yield opened
        return
    with _archive(file.path) as archive:
        # zipfile stops without a word after as many bytes as an entry declares; one more tells whether there are more.
        entry = copy.copy(archive.getinfo(file.member))
        declared = entry.file_size
        entry.file_size += 1
        with archive.open(entry) as member:
            yield member
            if member.tell() > declared:
                raise DataError(f"{file.where} holds more than the archive declares; it is damaged: pack it anew.")
