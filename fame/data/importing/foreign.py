"""Files that are no tables of text, known by their first bytes: what they are, and what to do."""

SHEET = "save its sheet as CSV (in Excel: File, Save As, CSV UTF-8) and bring that"
PICTURE = "a table is needed: CSV, TSV, Parquet or JSON lines"
KINDS: tuple[tuple[bytes, str, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel or Office file", SHEET),
    (b"\x89PNG", "a picture (PNG)", PICTURE),
    (b"\xff\xd8\xff", "a picture (JPEG)", PICTURE),
    (b"GIF8", "a picture (GIF)", PICTURE),
    (b"%PDF", "a PDF document", PICTURE),
    (b"SQLite format 3", "an SQLite database", "write its table to a CSV file and bring that"),
    (b"\x89HDF", "an HDF5 file", "write its table to a CSV or Parquet file and bring that"),
    (b"\x93NUMPY", "a NumPy array", "write it to a CSV or Parquet file and bring that"),
)
INSIDE = (
    ("xl/workbook.xml", "an Excel workbook", SHEET),
    ("xl/workbook.bin", "an Excel workbook", SHEET),
    ("word/document.xml", "a Word document", PICTURE),
    ("ppt/presentation.xml", "a PowerPoint presentation", PICTURE),
    ("content.xml", "an OpenDocument file", "save its sheet as CSV and bring that"),
)


def foreign(head: bytes) -> str:
    """What a file with these first bytes is, if it is no table, and what to do; else empty."""
    return next((f"is {what}; {advice}" for magic, what, advice in KINDS if head.startswith(magic)), "")


def foreign_archive(names: list[str]) -> str:
    """What an archive with files of these names is instead of tables, and what to do; empty where it may hold some."""
    return next((f"is {what}; {advice}" for name, what, advice in INSIDE if name in names), "")
