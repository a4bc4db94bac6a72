"""Headers of the tables of an evaluation, in several languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Literal

from bellwether.sheep.reading import headers

Kind = Literal["pedigree", "records", "genotypes"]
ANIMAL = ("animal", "IID", "Animal_ID", "Tier", "Tiernummer", *headers.WORDS["id"])
OTHERS = tuple(alias for field in ("eid", "vid", "name") for alias in headers.WORDS[field])
PEDIGREE: Mapping[str, Sequence[str]] = {
    "sire": headers.WORDS["sire"],
    "dam": headers.WORDS["dam"],
    "sex": headers.WORDS["sex"],
    "birth_date": headers.WORDS["birth_date"],
}


@lru_cache(maxsize=4)
def known_names(kind: Kind | None) -> dict[str, frozenset[str]]:
    """Normal names of the headers of each column that a kind of table has."""
    if kind is None:
        return {}
    aliases: dict[str, Sequence[str]] = {"animal": ANIMAL}
    if kind == "pedigree":
        aliases |= {name: (name, *words) for name, words in PEDIGREE.items()}
    return {name: frozenset(headers.normal(word) for word in words) for name, words in aliases.items()}


def score(kind: Kind | None, cells: Sequence[str]) -> int:
    """How many columns of the kind a line would name."""
    names = {headers.normal(cell) for cell in cells if not cell.startswith("#")}
    return sum(bool(names & known) for known in known_names(kind).values())
