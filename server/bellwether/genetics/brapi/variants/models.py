"""Rows of the list of variants."""

from typing import NamedTuple


class VariantRow(NamedTuple):
    """A marker of the latest map of a chip."""

    chip_id: int
    assembly: str | None
    chrom: int
    position: int
    name: str
    counted: str
    other: str
