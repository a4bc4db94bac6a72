"""By what variant sets can be asked for, in the body of a search and in the query of a list."""

from pydantic import ConfigDict, Field

from bellwether.platform.brapi.filters import Values
from bellwether.platform.brapi.wire import Paged


class VariantSetSearch(Paged):
    """A search for chips."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"variantSetDbIds": ["1", "2"], "page": 0}]})

    call_set_db_ids: Values = None
    common_crop_names: Values = None
    external_reference_i_ds: Values = Field(None, alias="externalReferenceIDs", description="Old spelling")
    external_reference_ids: Values = None
    external_reference_sources: Values = None
    program_db_ids: Values = None
    program_names: Values = None
    reference_db_ids: Values = None
    reference_set_db_ids: Values = Field(None, description="Assemblies")
    study_db_ids: Values = None
    study_names: Values = None
    trial_db_ids: Values = None
    trial_names: Values = None
    variant_db_ids: Values = None
    variant_set_db_ids: Values = None


#: a list is not asked by these
ONLY_SEARCHED = frozenset(
    {"external_reference_i_ds", "program_names", "reference_db_ids", "trial_db_ids", "trial_names"}
)
