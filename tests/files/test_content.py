"""What a file is, by its content: lies, bombs, scripts and names that turn are refused or made harmless, with a reason."""

import io
import re
import struct
import zipfile
import zlib

import pytest
from PIL import Image

from inventory.core.errors import Invalid
from inventory.files import content, pictures
from inventory.files.names import safe_name


def package(entries, compress=zipfile.ZIP_DEFLATED):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compress) as file:
        for name, text in entries.items():
            file.writestr(name, text)
    return made.getvalue()


DOCX = {"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"}
ODT = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}


def jpeg(size=(60, 40), **ways):
    made = io.BytesIO()
    Image.new("RGB", size, "teal").save(made, "JPEG", **ways)
    return made.getvalue()


def recognise(tmp_path, name, data):
    path = tmp_path / "draft"
    path.write_bytes(data)
    return content.recognise(path, name)


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("bon.PDF", b"%PDF-1.7 x", "application/pdf"),
        ("photo.jpg", jpeg(), "image/jpeg"),
        ("liste.csv", "n°;été\r\n".encode("cp1252"), "text/csv"),
        ("note.txt", "é".encode("utf-16"), "text/plain"),
        ("lettre.docx", package(DOCX), content.OOXML + "wordprocessingml.document"),
        ("lettre.odt", package(ODT, zipfile.ZIP_STORED), content.ODF + "text"),
        ("photo.heic", b"\0\0\0\x18ftypheic1234", "image/heic"),
        ("mail.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 x", "application/vnd.ms-outlook"),
    ],
)
def test_a_file_that_is_what_it_says_is_accepted(tmp_path, name, data, media_type):
    assert recognise(tmp_path, name, data).media_type == media_type


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("photo.jpg", b"<html><script>", "another kind"),
        ("photo.png", jpeg(), "another kind"),
        ("bon.pdf", b"MZ\x90\0", "another kind"),
        ("note.txt", b"MZ\x90\0\x03", "another kind"),
        ("liste.csv", b"\x7fELF", "another kind"),
        ("lettre.docx", package({"x.exe": "x"}), "another kind"),
        ("lettre.docx", b"PK\x03\x04 cut short", "another kind"),
        ("classeur.xlsx", package(DOCX), "another kind"),
        ("page.html", b"<html>", "script"),
        ("logo.svg", b"<svg/>", "script"),
        ("tout.zip", package({"a": "b"}), "archive"),
        ("macro.xlsm", package(DOCX), "macros"),
        ("lettre.docx", package({**DOCX, "word/vbaProject.bin": "x"}), "macros"),
        ("setup.exe", b"MZ", "not accepted"),
        ("sans", b"abc", "not accepted"),
        ("vide.txt", b"", "empty"),
        ("gros.txt", b"a" * (content.MAX_BYTES + 1), "larger than 15 MB"),
    ],
)
def test_a_file_that_is_not_is_refused_with_the_reason(tmp_path, name, data, reason):
    with pytest.raises(Invalid, match=reason):
        recognise(tmp_path, name, data)


def test_a_package_that_unpacks_without_end_is_refused(tmp_path):
    bomb = package({**DOCX, "word/media/image.bmp": b"\0" * 40_000_000})
    assert len(bomb) < 60_000
    with pytest.raises(Invalid, match="unpack to far more"):
        recognise(tmp_path, "lettre.docx", bomb)


def test_a_package_that_lies_about_its_size_is_refused(tmp_path):
    honest = package({**DOCX, "word/media/image.bmp": b"\0" * 1_000_000})
    lying = honest.replace(struct.pack("<I", 1_000_000), struct.pack("<I", 1_000))
    assert lying != honest
    with pytest.raises(Invalid, match=r"damaged|unpack"):
        recognise(tmp_path, "lettre.docx", lying)


def test_a_picture_of_too_many_pixels_is_not_decoded(tmp_path):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    path = tmp_path / "bomb.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )
    with pytest.raises(Invalid, match="too many pixels"):
        pictures.draw(path, {"small": tmp_path / "small.jpg"}, "bomb.png")


ONE_SCAN = jpeg((40, 30))
# The same with a first scan that has the first of three components alone.
SCAN_AFTER_SCAN = re.sub(
    rb"\xff\xda\x00\x0c\x03.{9}", b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00", ONE_SCAN, flags=re.DOTALL
)


@pytest.mark.parametrize("data", [jpeg((40, 30), progressive=True), SCAN_AFTER_SCAN])
def test_a_jpeg_that_is_held_whole_while_it_is_decoded_may_have_fewer_pixels(tmp_path, monkeypatch, data):
    monkeypatch.setattr(pictures, "MOST_HELD_WHOLE", 100)
    path, small = tmp_path / "photo.jpg", tmp_path / "small.jpg"
    path.write_bytes(ONE_SCAN)
    pictures.draw(path, {"small": small}, "photo.jpg")
    path.write_bytes(data)
    with pytest.raises(Invalid, match="too many pixels"):
        pictures.draw(path, {"small": small}, "photo.jpg")


def test_a_picture_is_drawn_anew_without_what_hid_in_it(tmp_path):
    path, small = tmp_path / "photo.jpg", tmp_path / "small.jpg"
    path.write_bytes(jpeg((2000, 1000)) + b"<script>alert(1)</script>")
    pictures.draw(path, {"small": small}, "photo.jpg")
    assert b"<script>" not in small.read_bytes()
    with Image.open(small) as drawn:
        assert drawn.size == (320, 160)


def test_a_damaged_picture_is_refused(tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"\xff\xd8\xff\xe0 nothing more")
    with pytest.raises(Invalid, match="damaged"):
        pictures.draw(path, {"small": tmp_path / "small.jpg"}, "photo.jpg")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("bon de livraison n°12.pdf", "bon de livraison n°12.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\x\\photo.jpg", "photo.jpg"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\u200bb\u2066c.pdf", "abc.pdf"),
        ("a<b>:c|d?.pdf", "a b c d.pdf"),
        (".htaccess", "htaccess"),
        ("CON.txt", "_CON.txt"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("", "file"),
        ("\0\r\n", "file"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
    ],
)
def test_a_name_is_made_one_that_reads_as_it_looks(given, kept):
    assert safe_name(given) == kept


def test_stacked_marks_are_taken_off_a_name():
    zalgo = "h" + "\u0300\u0301\u0302\u0303\u0304" * 8 + "i.pdf"
    assert len(safe_name(zalgo)) <= 8
