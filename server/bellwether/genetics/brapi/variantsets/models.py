"""Rows of the list of variant sets."""

from typing import NamedTuple


class VariantSetRow(NamedTuple):
    """A chip by its latest map, with the samples whose calls count on it."""

    id: int
    code: str
    name: str
    map_version: int
    assembly: str | None
    n_markers: int
    n_call_sets: int
