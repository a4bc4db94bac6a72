"""By what locations can be asked for, in the body of a search and in the query of a list."""

from pydantic import ConfigDict, Field

from bellwether.platform.brapi.filters import Values
from bellwether.platform.brapi.wire import Paged


class LocationSearch(Paged):
    """A search for farms and paddocks."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"locationTypes": ["Paddock"], "locationNames": ["Creek"]}]}
    )

    abbreviations: Values = None
    altitude_max: float | None = None
    altitude_min: float | None = None
    common_crop_names: Values = None
    country_codes: Values = None
    country_names: Values = None
    external_reference_i_ds: Values = Field(None, alias="externalReferenceIDs", description="Old spelling")
    external_reference_ids: Values = None
    external_reference_sources: Values = None
    institute_addresses: Values = None
    institute_names: Values = None
    location_db_ids: Values = None
    location_names: Values = None
    location_types: Values = Field(None, description="Farm or Paddock")
    parent_location_db_ids: Values = Field(None, description="Farms")
    parent_location_names: Values = None
    program_db_ids: Values = None
    program_names: Values = None


#: a list is not asked by these
ONLY_SEARCHED = frozenset(
    {
        *("abbreviations", "altitude_max", "altitude_min", "country_codes", "country_names"),
        *("institute_addresses", "institute_names", "program_names"),
    }
)
