"""Identifiers other than the electronic one, and what each scheme demands."""

import re
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from typing import Literal, NamedTuple
from uuid import UUID

from bellwether.sheep import damage, eid
from bellwether.sheep.findings import Broken, broken

Kind = Literal["eid", "visual", "registration", "name"]
SHEEP_GENETICS, VISUAL, NAME, LOCAL, CITED = (
    "au.sheepgenetics",
    "org.bellwether.vid",
    "org.bellwether.name",
    "org.bellwether.local",
    "org.bellwether.cited",
)
"""`CITED`: what a parent was called in a list that has no row for it, whatever kind of identifier that is."""
ANIMAL = "org.bellwether.animal"
"""The scheme of an animal's own id, for one that nothing else names for certain."""
SHEEP_GENETICS_SHAPE = re.compile(r"^[0-9]{2}[0-9A-Z]{4}((?:19|20)[0-9]{2})[0-9A-Z]{6}$")
OWN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)
LONGEST = 100
OWN_LENGTH = 36
MANY = 50_000
"""Identifiers of a few chunks of a file, each of which is asked for several times."""
PUNCTUATION = re.compile(r"[\s\-./]")
UK_WITHOUT_COUNTRY = re.compile(r"^\d{6,7}[ -]\d{5}$")
SHOWN_FIRST: tuple[Kind, ...] = ("visual", "registration", "eid", "name")
NOT_A_TAG = frozenset({"", "-", "?", "0", "NONE", "NOTAG", "UNTAGGED", "N/A", "NA", "NULL"})


class Identifier(NamedTuple):
    """One identifier in its normal form, with what was written beside it."""

    scheme: str
    value: str
    kind: Kind
    raw: str
    scope: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What at most one animal of a farm can have at a time."""
        return self.scheme, self.scope, self.value


def electronic(raw: str) -> Identifier:
    """From an EID as written."""
    return Identifier(eid.SCHEME, eid.parse_eid(damage.unwrapped(raw)), "eid", raw)


def registration(raw: str, *, is_strict: bool, field: str = "id") -> Identifier:
    """From a pedigree number; `is_strict` admits the 16-character Sheep Genetics form only.

    Raises:
        Broken: it has another form, or digits of it are lost.
    """
    if own := own_id(raw):
        return Identifier(ANIMAL, own, "registration", raw)
    text = damage.whole(raw, field=field)
    value = compact(text)
    if SHEEP_GENETICS_SHAPE.match(bare := PUNCTUATION.sub("", value)):
        return Identifier(SHEEP_GENETICS, bare, "registration", raw)
    check_zeros_and_form(value, field)
    if is_strict or not 1 <= len(value) <= 40:
        raise broken(
            "id_shape",
            f"{raw.strip()[:40]} is not breed (2), flock (4), year (4) and tag (6), 16 characters in all",
            "write the full 16-character ID",
            field=field,
        )
    return Identifier(LOCAL, value, "registration", raw)


def has_lost_zero(value: str) -> bool:
    """Fifteen digits that are a Sheep Genetics ID with a zero before them, and no EID of a manufacturer or the UK."""
    is_eid = value >= "900" or value.startswith(eid.UK)
    return value.isdecimal() and len(value) == 15 and not is_eid and bool(SHEEP_GENETICS_SHAPE.match("0" + value))


def visual(raw: str, flock_id: UUID, year: int | None) -> Identifier:
    """A visual tag counts within its flock and year of birth only."""
    return Identifier(VISUAL, tag_value(raw), "visual", raw, tag_scope(flock_id, year))


@lru_cache(1000)
def tag_scope(flock_id: UUID, year: int | None) -> str:
    """Flock and year of birth, within which a visual tag counts."""
    return f"{flock_id}:{year or ''}"


def in_year(item: Identifier, year: int | None) -> Identifier:
    """The same visual tag, of an animal whose year of birth is known by now."""
    flock_id = item.scope.partition(":")[0]
    return Identifier(VISUAL, item.value, "visual", item.raw, f"{flock_id}:{year or ''}")


@lru_cache(1000)
def year_of_tag(scope: str) -> int | None:
    """The year of birth within which a visual tag counts."""
    year = scope.rpartition(":")[2]
    return int(year) if year else None


def is_of_flock(scope: str, flock_id: UUID) -> bool:
    """Whether a visual tag counts within this flock."""
    return scope.startswith(tag_scope(flock_id, None))


def named(raw: str, scope: str) -> Identifier:
    """A name may be shared: the animal's own id is its scope."""
    return Identifier(NAME, raw.strip(), "name", raw, scope)


def tag_value(raw: str) -> str:
    """A visual tag as it is compared; empty where the cell says that there is none."""
    if raw.isascii() and raw.isdecimal():
        return "" if raw in NOT_A_TAG else raw
    text = " ".join(damage.unwrapped(raw).split())
    printed = eid.uk_print(text)
    value = "UK" + printed if printed else compact(text)
    return "" if value in NOT_A_TAG else value


def own_id(raw: str) -> str | None:
    """The id of an animal of the platform, if the text is one."""
    if len(raw) < OWN_LENGTH:
        return None
    text = raw.strip().removeprefix(ANIMAL + ":")
    return text.lower() if OWN_ID.fullmatch(text) else None


def compact(text: str) -> str:
    """In capitals without blanks: what differs only by these is the same."""
    return "".join(text.split()).upper()


def name_value(raw: str) -> str:
    """A name as it is compared."""
    return " ".join(raw.split()).casefold()


@lru_cache(MANY)
def spellings(raw: str) -> tuple[str, ...]:
    """Every normal form that an identifier of any kind may have which somebody wrote as `raw`, the likeliest first."""
    if is_plain(raw):
        return (raw,)
    text = " ".join(damage.unwrapped(raw).split())
    if not text:
        return ()
    if own := own_id(text):
        return (own,)
    found: list[str] = []
    if number := electronic_value(text):
        found.append(number)
        found += ["UK" + number[3:]] if number.startswith(eid.UK) else []
    bare = PUNCTUATION.sub("", compact(text))
    found += [bare] if SHEEP_GENETICS_SHAPE.match(bare) else []
    found += [tag_value(text), compact(text)]
    return tuple(dict.fromkeys(value for value in found if value))


def is_plain(raw: str) -> bool:
    """Whether the text has one spelling only, its own: no zeros to drop, no country to tell, no mark to take away."""
    if not (raw.isascii() and raw.isalnum()):
        return False
    if raw.isdecimal():
        # only as long a number can be an EID
        return len(raw) not in (15, 16) or not raw.startswith(("0", eid.UK))
    return raw.isupper() and not raw.startswith("UK")


@lru_cache(MANY)
def electronic_value(text: str) -> str | None:
    """The EID that the text is, if it is one; a UK flock and number count without the country before them."""
    if UK_WITHOUT_COUNTRY.match(text):
        return eid.UK + (eid.uk_print("UK" + text) or "")
    with suppress(Broken):
        return eid.parse_eid(text)
    return None


def cited(raw: str, *, field: str) -> Identifier:
    """What an animal is called in a cell of another one: EID, Sheep Genetics ID, or just as it is written.

    Raises:
        Broken: digits of it are lost, or it is too long.
    """
    if own := own_id(raw):
        return Identifier(ANIMAL, own, "registration", raw)
    text = " ".join(damage.whole(raw, field=field).split())
    if text[:1] != "0" and SHEEP_GENETICS_SHAPE.match(text):
        # sixteen characters without a zero before them are no EID
        return Identifier(SHEEP_GENETICS, text, "registration", raw)
    number = electronic_value(text)
    if number and not UK_WITHOUT_COUNTRY.match(text):
        return Identifier(eid.SCHEME, number, "eid", raw)
    bare = PUNCTUATION.sub("", compact(text))
    if SHEEP_GENETICS_SHAPE.match(bare):
        return Identifier(SHEEP_GENETICS, bare, "registration", raw)
    check_zeros_and_form(compact(text), field)
    check_length(text, field)
    return Identifier(CITED, tag_value(text) or compact(text), "registration", raw)


def check_length(text: str, field: str) -> None:
    """An identifier is kept whole, or not at all.

    Raises:
        Broken
    """
    if len(text) > LONGEST:
        fix = f"write it with {LONGEST} characters at most"
        raise broken("id_too_long", f"{text[:40]}... has {len(text)} characters", fix, field=field)


def check_zeros_and_form(value: str, field: str) -> None:
    """Numbers that are no identifiers as they stand, but would be with what a program took from them.

    Raises:
        Broken: the first zero is lost, or the number is hexadecimal.
    """
    if eid.HEXADECIMAL.match(value) and value.startswith("8"):
        fix = "set the reader to decimal output and export again"
        raise broken("eid_hexadecimal", f"{value} is hexadecimal", fix, field=field)
    if has_lost_zero(value):
        message = f"{value} is a 16-character ID but for the zero before it, which a spreadsheet has dropped"
        raise damage.lost("id_zeros_lost", message, field)
    if damage.is_eid_without_zero(value):
        message = f"{value} is an EID of the country 0{value[:2]} but for the zero before it"
        raise damage.lost("id_zeros_lost", message, field)


def year_of(identifier: Identifier) -> int | None:
    """The birth year that a Sheep Genetics ID carries."""
    match = SHEEP_GENETICS_SHAPE.match(identifier.value) if identifier.scheme == SHEEP_GENETICS else None
    return int(match[1]) if match else None


def rank(item: Identifier) -> tuple[int, bool, str, str]:
    """The order in which identifiers stand for an animal, whichever of them came first."""
    return SHOWN_FIRST.index(item.kind), item.scheme == CITED, item.value, item.scheme


def display_tag(identifiers: Iterable[Identifier]) -> str | None:
    """What a list or a message shows for the animal: the tag in the ear first."""
    found = list(identifiers)
    for kind in SHOWN_FIRST:
        of_kind = [item for item in found if item.kind == kind]
        if of_kind:
            return (of_kind[0] if len(of_kind) == 1 else min(of_kind, key=rank)).value
    return None
