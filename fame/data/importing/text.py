"""Text of any usual encoding -> UTF-8, checked on the way; what is wrong is named by line."""

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager

from fame.data.columns import DataError
from fame.data.importing.files import CHUNK, File

MARKS = (  # longest first
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
HEAD = 1 << 18  # bytes that are looked at to guess
LINE = 16 << 20  # bytes that a line may have
DOUBLE_COLON, UNIT = b"::", b"\x1f"  # MovieLens separates by two colons; no reader takes more than one character


class Text(io.RawIOBase):
    """The text of a stream as UTF-8 bytes."""

    def __init__(self, raw: io.RawIOBase, file: File, encoding: str, colons: bool = False):
        super().__init__()
        self.raw, self.file, self.where, self.encoding, self.colons = raw, file, file.where, encoding, colons
        self.decoder: codecs.IncrementalDecoder | None = None
        self.line, self.column = 1, 0  # of the next byte
        self.rest = memoryview(b"")
        self.held = b""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer; 0 at the end."""
        while not self.rest:
            chunk = _full(self.raw)
            self.rest = memoryview(self._text(chunk))
            if not chunk:
                break
        size = min(len(buffer), len(self.rest))
        buffer[:size] = self.rest[:size]
        self.rest = self.rest[size:]
        return size

    def _text(self, chunk: bytes) -> bytes:
        if self.decoder is None:
            self.encoding = next((name for mark, name in MARKS if chunk.startswith(mark)), self.encoding)
            self.decoder = codecs.getincrementaldecoder(self.encoding)()
        try:
            text = self.decoder.decode(chunk, final=not chunk).encode("utf-8")
        except UnicodeDecodeError as error:
            before = error.object[: error.start]
            line = self.line + before.count(b"\n")
            byte = error.start - before.rfind(b"\n") + (0 if b"\n" in before else self.column)
            raise DataError(
                f"{self.where} is not {self.encoding.upper()} (line {line}, byte {byte} is "
                f"{error.object[error.start]:#04x}); save it as UTF-8, or say its encoding, for instance "
                f"--encoding latin-1, or --encoding {self.file.shown}=latin-1 for this file alone."
            ) from None
        except UnicodeEncodeError:
            raise DataError(f"{self.where} holds halves of characters; save it as UTF-8.") from None
        if b"\0" in text:
            line = self.line + text[: text.index(b"\0")].count(b"\n")
            raise DataError(f"{self.where} has a NUL byte in line {line}; it is no text: save it as UTF-8.")
        self.line += text.count(b"\n")
        self.column = len(text) - text.rfind(b"\n") - 1 + (0 if b"\n" in text else self.column)
        if self.column > LINE:
            raise DataError(f"{self.where}: line {self.line} is longer than {LINE >> 20} MB; it is no table.")
        if not self.colons:
            return text
        text = self.held + text
        self.held = b":" if chunk and text.endswith(b":") and not text.endswith(DOUBLE_COLON) else b""
        return text[: len(text) - len(self.held)].replace(DOUBLE_COLON, UNIT)


def _full(raw: io.RawIOBase) -> bytes:
    """A whole chunk; a packed stream gives less at a time."""
    found = bytearray()
    while len(found) < CHUNK and (part := raw.read(CHUNK - len(found))):
        found += part
    return bytes(found)


@contextmanager
def text_of(file: File, encoding: str, colons: bool = False) -> Iterator[io.BufferedReader]:
    """A file's text, as UTF-8 bytes."""
    with file.open() as stream:
        yield io.BufferedReader(Text(stream, file, encoding, colons), CHUNK)


def head_of(file: File, encoding: str, colons: bool = False) -> tuple[str, bool]:
    """The first whole lines of a file, and whether that is all of it."""
    with text_of(file, encoding, colons) as text:
        found = text.read(HEAD)
        more = text.read(1)
    if more and b"\n" in found:
        found = found[: found.rindex(b"\n") + 1]
    return found.decode("utf-8", errors="ignore"), not more
