"""Bytes as text, and bytes that are no text."""

import re
from dataclasses import dataclass

from bellwether.sheep.reading.refusal import refused

BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
SIGNATURES = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"II*\x00", "an image"),
    (b"MM\x00*", "an image"),
    (b"\x1f\x8b", "a gzip file"),
    (b"BZh", "a bzip2 file"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file (.xls, .doc)"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "a database"),
    (b"{\\rtf", "a Word document (.rtf)"),
)
ZIP = b"PK\x03\x04"
MULTIBYTE = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}")
UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
AS_TEXT = "save the table as CSV (UTF-8) and send that"


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file, its encoding, and what had to be done to read it."""

    text: str
    encoding: str
    notes: tuple[str, ...] = ()


def decode(content: bytes, encoding: str | None = None) -> Decoded:
    """The text; `encoding` answers what cannot be told from the bytes.

    Raises:
        FileRefused: these bytes are no text, or text in an encoding that is not known.
    """
    refuse_binary(content)
    for bom, name in BOMS:
        if content.startswith(bom):
            return noted(content.decode(name, errors="replace"), name, [])
    if wide := without_mark(content):
        return noted(content.decode(wide, errors="replace"), wide, [f"read as {wide}, which its bytes show"])
    if encoding is not None:
        return noted(content.decode(encoding, errors="replace"), encoding, [])
    try:
        return noted(content.decode("utf-8"), "utf-8", [])
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
    if UNDEFINED.search(content):
        fix = "save it as UTF-8, or send encoding=cp1252 to read it with gaps"
        raise refused("encoding", "the text is neither UTF-8 nor Windows-1252", fix, row=row, field="encoding")
    if MULTIBYTE.search(content):
        fix = "save it as UTF-8, or send encoding=utf-8 or encoding=cp1252"
        raise refused("encoding", "the text is UTF-8 in some lines and not in others", fix, row=row, field="encoding")
    return noted(content.decode("cp1252"), "cp1252", ["read as Windows-1252, for it is not UTF-8"])


BROKEN = re.compile(r"(?<=[\w.+-])\x00+(?=[\w.+-])")


def noted(text: str, encoding: str, notes: list[str]) -> Decoded:
    """Without NUL characters and marks of order, and with a word about what was lost.

    A NUL that fills a cell up is left out; in the middle of a word or a number it is a character that cannot be read.
    """
    if "\x00" in text:
        text = BROKEN.sub("\ufffd", text)
        notes += [f"{left} NUL characters left out"] if (left := text.count("\x00")) else []
    if lost := text.count("\ufffd"):
        notes.append(f"{lost} characters that cannot be read")
    return Decoded(text.replace("\x00", "").removeprefix("\ufeff"), encoding, tuple(notes))


def without_mark(content: bytes) -> str | None:
    """UTF-16 without a mark of order: every second byte of Latin text is NUL."""
    sample = content[:2000]
    half = len(sample) // 2
    if half < 2:
        return None
    odd, even = sample[1::2].count(0), sample[::2].count(0)
    if odd > 0.6 * half and even < 0.1 * half:
        return "utf-16-le"
    return "utf-16-be" if even > 0.6 * half and odd < 0.1 * half else None


def is_zip(content: bytes) -> bool:
    """A ZIP archive, as an XLSX workbook is one."""
    return content.startswith(ZIP)


def refuse_binary(content: bytes) -> None:
    """Names what is no table of text.

    Raises:
        FileRefused: a document, an image, an archive.
    """
    if is_zip(content):
        raise refused("other_kind", "the file is a ZIP archive", "unpack it and send the table in it")
    for signature, name in SIGNATURES:
        if content.startswith(signature):
            raise refused("other_kind", f"the file is {name}", AS_TEXT)
    head = content[:500].lstrip().lower()
    if head.startswith((b"<!doctype", b"<html", b"<?xml", b"<table")):
        raise refused("other_kind", "the file is a page of HTML or XML", AS_TEXT)
    if head.startswith((b'{"', b"[{", b"{\n", b"{\r", b"[\n")):
        raise refused("other_kind", "the file is JSON", AS_TEXT)
