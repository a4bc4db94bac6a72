"""The words of a PDF of typst, read without a library: a page is a stream of glyphs, a font knows their letters."""

import re
import zlib

OBJECT = re.compile(rb"^(\d+) 0 obj\s*(.*?)^endobj", re.DOTALL | re.MULTILINE)
STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.DOTALL)
PAIR = re.compile(rb"<([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)>\n")
FONTS = re.compile(rb"/Font<<(.*?)>>", re.DOTALL)
#: brackets inside a string stand as they are when they are balanced, two deep at most among codes of two bytes
INNER = rb"(?:\\.|[^\\()])"
STRING = rb"\(((?:%s|\((?:%s|\((?:%s)*\))*\))*)\)" % (INNER, INNER, INNER)
SHOWN = re.compile(rb"/(f\d+) [\d.]+ Tf|%s|(\bET\b)" % STRING, re.DOTALL)
ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def text_of(pdf: bytes) -> str:
    """All that is written on its pages; each piece on a line."""
    objects = dict(OBJECT.findall(pdf))
    heads = {number: body.partition(b"stream")[0] for number, body in objects.items()}
    #: the fonts of a stream stand in its own head, or in that of the page of which it is the contents
    owners = {m[1]: head for head in heads.values() if (m := re.search(rb"/Contents (\d+) 0 R", head))}
    texts = []
    for number, head in heads.items():
        page = stream(objects[number]) if b"stream" in objects[number] and b"/FontFile" not in head else b""
        if b"BT" in page and b" Tf" in page:
            texts.append(written(page, fonts_of(owners.get(number, head), objects)))
    return "\n".join(texts)


def fonts_of(head: bytes, objects: dict[bytes, bytes]) -> dict[bytes, dict[int, str]]:
    """The letters of each font that a page or a form names."""
    found = re.search(rb"/Resources (\d+) 0 R", head)
    fonts = FONTS.search(objects[found[1]] if found else head)
    named = re.findall(rb"/(f\d+) (\d+) 0 R", fonts[1]) if fonts else []
    return {name: letters(stream(objects[re.search(rb"/ToUnicode (\d+)", objects[n])[1]])) for name, n in named}


def stream(body: bytes) -> bytes:
    """As it was before it was pressed."""
    head, found = body.partition(b"stream")[0], STREAM.search(body)
    return b"" if found is None else zlib.decompress(found.group(1)) if b"FlateDecode" in head else found.group(1)


def letters(cmap: bytes) -> dict[int, str]:
    """Glyph to text."""
    chars = b"".join(re.findall(rb"beginbfchar\n(.*?)endbfchar", cmap, re.DOTALL))
    return {int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in PAIR.findall(chars)}


def written(page: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    """The text of one stream."""
    font: dict[int, str] = {}
    parts = []
    for name, shown, ends in SHOWN.findall(page):
        if name:
            font = fonts[name]
        elif ends:
            parts.append("\n")
        else:
            glyphs = ESCAPE.sub(lambda m: PLAIN.get(m[1]) or (bytes([int(m[1], 8)]) if m[1].isdigit() else m[1]), shown)
            parts += [font.get(int.from_bytes(glyphs[at : at + 2]), "") for at in range(0, len(glyphs), 2)]
    return "".join(parts).replace("\u200b", "")
