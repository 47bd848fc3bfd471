"""A file that is no table is called what it is, with what to do."""

import zipfile

import pytest

from fame.data import DataError
from fame.data.importing import look


@pytest.mark.parametrize(
    ("name", "head", "said"),
    [
        ("log.csv", b"\x89PNG\r\n\x1a\n\0\0", "is a picture (PNG); a table is needed"),
        ("log.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an old Excel or Office file; save its sheet as CSV"),
        ("log.pdf", b"%PDF-1.7", "is a PDF document; a table is needed"),
    ],
)
def test_known_by_its_first_bytes(tmp_path, name, head, said):
    (tmp_path / name).write_bytes(head)
    with pytest.raises(DataError) as refused:
        look([tmp_path / name])
    assert said in str(refused.value)
    assert name in str(refused.value)


def test_an_excel_workbook_is_no_archive(tmp_path):
    with zipfile.ZipFile(tmp_path / "log.xlsx", "w") as workbook:
        workbook.writestr("[Content_Types].xml", "<Types/>")
        workbook.writestr("xl/workbook.xml", "<workbook/>")
        workbook.writestr("xl/worksheets/sheet1.xml", "<worksheet/>")
    with pytest.raises(DataError, match=r"log\.xlsx is an Excel workbook; save its sheet as CSV"):
        look([tmp_path / "log.xlsx"])


def test_a_picture_beside_a_log_is_passed_over_with_the_reason(tmp_path):
    (tmp_path / "log.csv").write_text("user,item,time\n" + "".join(f"u{n},i{n % 3},{n}\n" for n in range(9)))
    (tmp_path / "poster.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    found = look([tmp_path])
    assert any("poster.png" in one.where and "is a picture (PNG)" in one.why for one in found.ignored)
