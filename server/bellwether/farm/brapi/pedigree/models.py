"""Rows of the pedigree."""

from typing import NamedTuple
from uuid import UUID


class ClaimRow(NamedTuple):
    """What is claimed of a parent."""

    parent_id: str
    name: str
    parent_type: str
    method: str
    status: str
    probability: float | None


class RelativeRow(NamedTuple):
    """A relative, and as what the animal is its parent."""

    id: str
    name: str
    parent_type: str = ""


class NodeRow(NamedTuple):
    """An animal among its relatives."""

    id: UUID
    name: str
    drop_year: int | None
    claims: list[ClaimRow]
    progeny: list[RelativeRow]
    siblings: list[RelativeRow]
