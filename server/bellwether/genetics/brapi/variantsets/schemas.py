"""Variant sets on the wire."""

from bellwether.platform.brapi.wire import Wire


class MetadataField(Wire):
    """What a call says."""

    data_type: str = "string"
    field_abbreviation: str = "GT"
    field_name: str = "Genotype"


class VariantSet(Wire):
    """A chip by its latest map."""

    variant_set_db_id: str
    variant_set_name: str
    reference_set_db_id: str | None
    variant_count: int
    call_set_count: int
    metadata_fields: list[MetadataField]
    additional_info: dict[str, str]
