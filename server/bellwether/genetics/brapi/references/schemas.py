"""Assemblies and chromosomes on the wire."""

from pydantic import Field

from bellwether.platform.brapi.wire import Wire
from bellwether.sheep import CROP


class ReferenceSet(Wire):
    """An assembly of the genome."""

    reference_set_db_id: str
    reference_set_name: str
    assembly_pui: str = Field(alias="assemblyPUI")
    source_accessions: list[str]
    common_crop_name: str = CROP
    is_derived: bool = False
    description: str


class Reference(Wire):
    """A chromosome of an assembly."""

    reference_db_id: str
    reference_name: str
    reference_set_db_id: str
    reference_set_name: str
    common_crop_name: str = CROP
    is_derived: bool = False
