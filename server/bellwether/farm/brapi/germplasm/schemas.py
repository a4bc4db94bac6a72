"""Germplasm on the wire."""

from pydantic import Field

from bellwether.platform.brapi.wire import ExternalReference, Wire
from bellwether.sheep import CROP, GENUS, SPECIES


class Synonym(Wire):
    """An identifier."""

    synonym: str
    type: str = Field(description="Its scheme")


class TaxonId(Wire):
    """The species in somebody's register."""

    source_name: str
    taxon_id: str


class Germplasm(Wire):
    """An animal."""

    germplasm_db_id: str
    germplasm_name: str
    germplasm_pui: str = Field(alias="germplasmPUI")
    default_display_name: str
    common_crop_name: str = CROP
    genus: str = GENUS
    species: str = SPECIES
    taxon_ids: list[TaxonId]
    institute_name: str = Field(description="The farm")
    pedigree: str | None = Field(description="Dam and sire")
    synonyms: list[Synonym]
    external_references: list[ExternalReference]
    additional_info: dict[str, str]
