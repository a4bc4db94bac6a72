"""The kinds of files that are kept, and how each begins."""

from typing import NamedTuple


class Kind(NamedTuple):
    """A media type, the ending of its files, and what stands at which place of each."""

    media_type: str
    ending: str
    signatures: tuple[tuple[int, bytes], ...]
    #: brands of the ISO base media format, one of which stands at its place
    brands: tuple[bytes, ...] = ()

    def begins(self, content: bytes) -> bool:
        """Whether these bytes are of the kind."""
        fits = all(content[place : place + len(sign)] == sign for place, sign in self.signatures)
        return fits and (not self.brands or content[8:12] in self.brands)


BOX = ((4, b"ftyp"),)
KINDS = {
    kind.media_type: kind
    for kind in (
        Kind("image/jpeg", "jpg", ((0, b"\xff\xd8\xff"),)),
        Kind("image/png", "png", ((0, b"\x89PNG\r\n\x1a\n"),)),
        Kind("image/webp", "webp", ((0, b"RIFF"), (8, b"WEBP"))),
        Kind("image/heic", "heic", BOX, (b"heic", b"heix", b"heim", b"heis", b"mif1")),
        Kind(
            "video/mp4", "mp4", BOX, (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ")
        ),
        Kind("application/pdf", "pdf", ((0, b"%PDF-"),)),
    )
}


def kind_of(content: bytes) -> Kind | None:
    """What the bytes themselves say; None for what is not kept."""
    return next((kind for kind in KINDS.values() if kind.begins(content)), None)
