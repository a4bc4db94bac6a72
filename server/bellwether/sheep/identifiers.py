"""Identifiers other than the electronic one, and what each scheme demands."""

import re
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from bellwether.sheep import eid
from bellwether.sheep.findings import broken

Kind = Literal["eid", "visual", "registration", "name"]
SHEEP_GENETICS, VISUAL, NAME, LOCAL = (
    "au.sheepgenetics",
    "org.bellwether.vid",
    "org.bellwether.name",
    "org.bellwether.local",
)
SHEEP_GENETICS_SHAPE = re.compile(r"^[0-9]{2}[0-9A-Z]{4}((?:19|20)[0-9]{2})[0-9A-Z]{6}$")
SHOWN_FIRST: tuple[Kind, ...] = ("visual", "registration", "eid", "name")
NOT_A_TAG = frozenset({"", "-", "?", "0", "NONE", "NOTAG", "UNTAGGED", "N/A", "NA", "NULL"})


@dataclass(frozen=True, slots=True)
class Identifier:
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
    return Identifier(eid.SCHEME, eid.parse_eid(raw), "eid", raw)


def registration(raw: str, *, is_strict: bool, field: str = "id") -> Identifier:
    """From a pedigree number; `is_strict` admits the 16-character Sheep Genetics form only."""
    value = "".join(raw.split()).upper()
    if SHEEP_GENETICS_SHAPE.match(value):
        return Identifier(SHEEP_GENETICS, value, "registration", raw)
    if is_strict or not 1 <= len(value) <= 40:
        raise broken(
            "id_shape",
            f"{raw.strip()[:40]} is not breed (2), flock (4), year (4) and tag (6), 16 characters in all",
            "write the full 16-character ID",
            field=field,
        )
    return Identifier(LOCAL, value, "registration", raw)


def visual(raw: str, flock_id: UUID, year: int | None) -> Identifier:
    """A visual tag counts within its flock and year of birth only."""
    return Identifier(VISUAL, tag_value(raw), "visual", raw, f"{flock_id}:{year or ''}")


def named(raw: str, scope: str) -> Identifier:
    """A name may be shared: the animal's own id is its scope."""
    return Identifier(NAME, raw.strip()[:100], "name", raw, scope)


def tag_value(raw: str) -> str:
    """A visual tag as it is compared; empty where the cell says that there is none."""
    value = "".join(raw.split()).upper()[:100]
    return "" if value in NOT_A_TAG else value


def year_of(identifier: Identifier) -> int | None:
    """The birth year that a Sheep Genetics ID carries."""
    match = SHEEP_GENETICS_SHAPE.match(identifier.value) if identifier.scheme == SHEEP_GENETICS else None
    return int(match[1]) if match else None


def display_tag(identifiers: list[Identifier]) -> str | None:
    """What a list shows for the animal: the tag in the ear first."""
    ranked = sorted(identifiers, key=lambda identifier: SHOWN_FIRST.index(identifier.kind))
    return ranked[0].value if ranked else None
