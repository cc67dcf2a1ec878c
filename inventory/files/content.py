"""Tells what a file is by its content, and refuses what its name does not say, what unpacks without end, and what runs.

Signatures: the file formats' own specifications (PDF 32000, ISO/IEC 15948 PNG, JFIF, RFC 9649 WebP, ISO/IEC 14496-12
for HEIF, [MS-CFB], OPC and ODF packages).
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from inventory.core.errors import Invalid
from inventory.core.wording import N_

MAX_BYTES = 15_000_000
MAX_UNPACKED = 150 * 1024 * 1024
MAX_RATIO = 200
MAX_ENTRIES = 4000
PIECE = 256 * 1024
HEAD = 4096


@dataclass(frozen=True, slots=True)
class Format:
    """A format that is accepted: its endings, the type it is served as, how its content is known, its icon."""

    endings: tuple[str, ...]
    media_type: str
    icon: str
    holds: Callable[[Path, bytes], bool]
    is_picture: bool = False


def _starts(*signatures: bytes) -> Callable[[Path, bytes], bool]:
    return lambda _path, head: head.startswith(signatures)


def _is_pdf(_path: Path, head: bytes) -> bool:
    return b"%PDF-" in head[:1024]


def _is_webp(_path: Path, head: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def _is_heif(_path: Path, head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] in {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim"}


def _is_text(path: Path, head: bytes) -> bool:
    if head.startswith((b"%PDF-", b"PK\x03\x04", b"\x7fELF", b"MZ")):
        return False
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            if not wide and any(byte in piece for byte in b"\0\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f"):
                return False
    return True


def _is_package(folder: str) -> Callable[[Path, bytes], bool]:
    def holds(path: Path, head: bytes) -> bool:
        if not head.startswith(b"PK\x03\x04"):
            return False
        names = _names(path)
        return "[Content_Types].xml" in names and any(name.startswith(folder) for name in names)

    return holds


def _is_open_document(_path: Path, head: bytes) -> bool:
    return head.startswith(b"PK\x03\x04") and b"mimetypeapplication/vnd.oasis.opendocument." in head[:200]


OOXML = "application/vnd.openxmlformats-officedocument."
ODF = "application/vnd.oasis.opendocument."
_OLE = _starts(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")

FORMATS = (
    Format(("pdf",), "application/pdf", "file-type-pdf", _is_pdf),
    Format(("jpg", "jpeg"), "image/jpeg", "camera", _starts(b"\xff\xd8\xff"), is_picture=True),
    Format(("png",), "image/png", "camera", _starts(b"\x89PNG\r\n\x1a\n"), is_picture=True),
    Format(("gif",), "image/gif", "camera", _starts(b"GIF87a", b"GIF89a"), is_picture=True),
    Format(("webp",), "image/webp", "camera", _is_webp, is_picture=True),
    Format(("heic", "heif"), "image/heic", "camera", _is_heif),
    Format(("docx",), OOXML + "wordprocessingml.document", "file-text", _is_package("word/")),
    Format(("xlsx",), OOXML + "spreadsheetml.sheet", "file-spreadsheet", _is_package("xl/")),
    Format(("pptx",), OOXML + "presentationml.presentation", "file-text", _is_package("ppt/")),
    Format(("odt",), ODF + "text", "file-text", _is_open_document),
    Format(("ods",), ODF + "spreadsheet", "file-spreadsheet", _is_open_document),
    Format(("odp",), ODF + "presentation", "file-text", _is_open_document),
    Format(("doc",), "application/msword", "file-text", _OLE),
    Format(("xls",), "application/vnd.ms-excel", "file-spreadsheet", _OLE),
    Format(("msg",), "application/vnd.ms-outlook", "mail", _OLE),
    Format(("csv",), "text/csv", "file-type-csv", _is_text),
    Format(("txt", "log"), "text/plain", "file-text", _is_text),
    Format(("eml",), "message/rfc822", "mail", _is_text),
)
BY_ENDING = {ending: kind for kind in FORMATS for ending in kind.endings}
BY_MEDIA_TYPE = {kind.media_type: kind for kind in FORMATS}
ARCHIVES = frozenset({"zip", "rar", "7z", "gz", "tgz", "tar", "bz2", "xz", "iso", "cab"})
SCRIPTED = frozenset({"html", "htm", "xhtml", "svg", "xml", "mht", "mhtml"})
MACROS = frozenset({"docm", "xlsm", "pptm", "dotm", "xltm"})


def ending_of(name: str) -> str:
    """Return what stands after the last dot of a name, small; "" without one."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def format_named(name: str) -> Format:
    """Return the format that a name's ending stands for; raises Invalid with the reason for what is not accepted."""
    ending = ending_of(name)
    known = BY_ENDING.get(ending)
    if known is not None:
        return known
    if ending in ARCHIVES:
        raise Invalid("file", N_("“%(name)s” is an archive. Attach the files that are in it."), name=name)
    if ending in SCRIPTED:
        raise Invalid(
            "file",
            N_("“%(name)s” is a page that may hold a script. Attach a PDF or a picture of it."),
            name=name,
        )
    if ending in MACROS:
        raise Invalid(
            "file", N_("“%(name)s” may hold macros. Save it without them and attach that."), name=name
        )
    raise Invalid(
        "file",
        N_(
            "“%(name)s” is of a kind that is not accepted. Attach PDF, pictures, office documents or plain text."
        ),
        name=name,
    )


def recognise(path: Path, name: str) -> Format:
    """Return the format of a file after checking that its content is what its name says.

    Raises Invalid with the reason: empty, too large, of another kind than its name says, damaged, a package that unpacks to
    far more than it is, or one with macros.
    """
    kind = format_named(name)
    size = path.stat().st_size
    check_size(size, name)
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not kind.holds(path, head):
        raise Invalid(
            "file",
            N_("“%(name)s” is not what its name says: its content is of another kind. It was not kept."),
            name=name,
        )
    if head.startswith(b"PK\x03\x04"):
        _check_package(path, name, size)
    return kind


def check_size(size: int, name: str) -> None:
    """Raise Invalid for an empty file and for one that is too large."""
    if size == 0:
        raise Invalid("file", N_("“%(name)s” is empty."), name=name)
    if size > MAX_BYTES:
        raise Invalid(
            "file", N_("“%(name)s” is larger than %(most)s MB."), name=name, most=MAX_BYTES // 1_000_000
        )


def _names(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as package:
            return package.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return []


def _check_package(path: Path, name: str, size: int) -> None:
    """Unpack a package into nothing, to see that it ends: what its directory declares may be a lie."""
    try:
        with zipfile.ZipFile(path) as package:
            entries = package.infolist()
            declared = sum(entry.file_size for entry in entries)
            if len(entries) > MAX_ENTRIES or declared > min(MAX_UNPACKED, max(size * MAX_RATIO, PIECE)):
                raise _bomb(name)
            if any("vbaProject" in entry.filename for entry in entries):
                raise Invalid(
                    "file", N_("“%(name)s” holds macros. Save it without them and attach that."), name=name
                )
            _unpack(package, entries, name)
    except (
        zipfile.BadZipFile,
        zlib.error,
        ValueError,
        OSError,
        NotImplementedError,
        RuntimeError,
        EOFError,
    ) as error:
        raise Invalid(
            "file", N_("“%(name)s” is damaged or locked and could not be read."), name=name
        ) from error


def _unpack(package: zipfile.ZipFile, entries: list[zipfile.ZipInfo], name: str) -> None:
    total = 0
    for entry in entries:
        with package.open(entry) as file:
            while piece := file.read(PIECE):
                total += len(piece)
                if total > MAX_UNPACKED:
                    raise _bomb(name)


def _bomb(name: str) -> Invalid:
    return Invalid("file", N_("“%(name)s” would unpack to far more than it is. It was not kept."), name=name)
