"""Rows of this slice."""

from typing import NamedTuple


class SetRow(NamedTuple):
    """A chip by its latest map."""

    id: int
    name: str
    map_version: int
    n_markers: int
