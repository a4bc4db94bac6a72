"""Which headers are known, whatever case, spaces and punctuation a program gives them."""

import re
from collections.abc import Mapping

from bellwether.sheep import traits
from bellwether.sheep.traits import Trait

TAGS = {
    "id": ("ID", "ANIMALID", "LPNID", "LPN", "NSIPID", "REGISTRATION", "REGNO"),
    "eid": ("EID", "RFID", "ELECTRONICID", "EIDNUMBER"),
    "vid": ("VID", "TAG", "LOCALID", "EARTAG", "VISUALID", "VISUALTAG"),
}


def normal(header: str) -> str:
    """Letters and digits only, in capitals."""
    return re.sub(r"[^A-Z0-9]", "", header.upper())


def known(headers: list[str], table: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Field -> position of its first column."""
    names = [normal(header) for header in headers]
    found = {field: [names.index(alias) for alias in aliases if alias in names] for field, aliases in table.items()}
    return {field: min(places) for field, places in found.items() if places}


def measurements(headers: list[str]) -> dict[str, list[int | None]]:
    """Trait -> positions of its value, its date and its group."""
    names = [normal(header) for header in headers]
    found: dict[str, list[int | None]] = {}
    for position, name in enumerate(names):
        trait = traits.named(name)
        if trait is not None and trait.code not in found:
            date = first(names, date_names(name, trait))
            found[trait.code] = [position, date, first(names, (name + "GRP", name + "GROUP", trait.code + "GRP"))]
    return found


def date_names(name: str, trait: Trait) -> tuple[str, ...]:
    """Where the date of a trait may stand: its own column, that of its kind, that of the weight of its stage."""
    of_kind = tuple(prefix + date for date in trait.date_columns for prefix in (trait.stage, ""))
    of_weight = tuple(w.code + "DATE" for w in traits.weights().values() if w.stage == trait.stage)
    return (name + "DATE", trait.code + "DATE", *of_kind, *of_weight)


def first(names: list[str], wanted: tuple[str, ...]) -> int | None:
    """The position of the first wanted name that is there."""
    return next((names.index(name) for name in wanted if name in names), None)


def used(columns: dict[str, int], traits: dict[str, list[int | None]]) -> set[int]:
    """Every position that is read."""
    return set(columns.values()) | {place for places in traits.values() for place in places if place is not None}
