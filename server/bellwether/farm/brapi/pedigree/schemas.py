"""Nodes of a pedigree on the wire."""

from typing import Literal

from pydantic import Field

from bellwether.platform.brapi.wire import Wire

ParentRole = Literal["MALE", "FEMALE"]


class Parent(Wire):
    """A parent of a node, or a node of which this one is the parent."""

    germplasm_db_id: str
    germplasm_name: str
    parent_type: ParentRole


class Sibling(Wire):
    """Who has a parent in common with a node."""

    germplasm_db_id: str
    germplasm_name: str


class PedigreeNode(Wire):
    """An animal in the pedigree."""

    germplasm_db_id: str
    germplasm_name: str
    germplasm_pui: str = Field(alias="germplasmPUI")
    default_display_name: str
    crossing_year: int | None = Field(description="Its drop")
    pedigree_string: str | None = Field(description="Dam and sire")
    parents: list[Parent] | None = Field(description="Several sires where none of them is accepted yet")
    progeny: list[Parent] | None
    siblings: list[Sibling] | None
    additional_info: dict[str, str]
