"""Rows of this room."""

from typing import NamedTuple
from uuid import UUID


class Merge(NamedTuple):
    """Two animals that became one, or are two again."""

    farm_id: UUID
    merge_id: UUID
    loser_id: UUID
    winner_id: UUID
    is_undone: bool
