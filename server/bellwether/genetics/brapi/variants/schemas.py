"""Variants on the wire."""

from pydantic import Field

from bellwether.platform.brapi.wire import Wire


class Variant(Wire):
    """A marker of a chip, by the latest version of its map."""

    variant_db_id: str
    variant_names: list[str]
    variant_set_db_id: list[str]
    variant_type: str
    reference_set_db_id: str | None
    reference_db_id: str | None
    reference_name: str | None = Field(description="Its chromosome; left out for a marker without a place")
    start: int | None = Field(description="Counted from 0")
    end: int | None
    reference_bases: str | None = Field(description="The other allele, 0 in a call")
    alternate_bases: list[str] = Field(description="The counted allele, 1 in a call")
