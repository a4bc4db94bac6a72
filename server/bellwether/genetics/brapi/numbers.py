"""Ids on the wire that are no UUIDs: a chip is a number, a marker a name on a chip, a chromosome one of an assembly."""

from typing import NamedTuple

from bellwether_engine.genotypes.chromosomes import AUTOSOMES, MT, XY, X, Y

#: chromosomes as references name them
CHROMOSOMES = {number: str(number) for number in range(1, AUTOSOMES + 1)} | {X: "X", Y: "Y", XY: "XY", MT: "MT"}
CODES = {name: number for number, name in CHROMOSOMES.items()}
MOST_DIGITS = 9


class VariantId(NamedTuple):
    """A marker of a chip."""

    chip_id: int
    name: str


class ReferenceId(NamedTuple):
    """A chromosome of an assembly."""

    assembly: str
    chromosome: int


def chip_of(text: str) -> int | None:
    """The chip that a text is the id of."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


def chips_of(values: list[str] | None) -> list[int] | None:
    """The chips among the values; another text is the id of nothing."""
    return None if not values else [found for value in values if (found := chip_of(value)) is not None]


def variant_id(chip_id: int, name: str) -> str:
    """A marker's id on the wire."""
    return f"{chip_id}:{name}"


def variant_of(text: str) -> VariantId | None:
    """The marker that a text is the id of."""
    number, _, name = text.partition(":")
    chip_id = chip_of(number)
    return None if chip_id is None or not name else VariantId(chip_id, name)


def variants_of(values: list[str] | None) -> list[VariantId] | None:
    """The markers among the values."""
    return None if not values else [found for value in values if (found := variant_of(value)) is not None]


def reference_id(assembly: str, chromosome: int) -> str:
    """A chromosome's id on the wire."""
    return f"{assembly}:{CHROMOSOMES[chromosome]}"


def reference_of(text: str) -> ReferenceId | None:
    """The chromosome that a text is the id of."""
    assembly, _, name = text.rpartition(":")
    return ReferenceId(assembly, CODES[name]) if assembly and name in CODES else None
