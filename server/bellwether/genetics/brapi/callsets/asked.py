"""By what call sets can be asked for, in the body of a search and in the query of a list."""

from pydantic import ConfigDict, Field

from bellwether.platform.brapi.filters import Values
from bellwether.platform.brapi.wire import Paged


class CallSetsOfSet(Paged):
    """Of the list of one chip's call sets."""

    call_set_db_ids: Values = None
    call_set_names: Values = None


class CallSetSearch(CallSetsOfSet):
    """A search for call sets."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"callSetNames": ["T001", "T002"], "page": 0}]})

    common_crop_names: Values = None
    external_reference_i_ds: Values = Field(None, alias="externalReferenceIDs", description="Old spelling")
    external_reference_ids: Values = None
    external_reference_sources: Values = None
    germplasm_db_ids: Values = Field(None, description="Animals")
    germplasm_names: Values = Field(None, description="Tags")
    program_db_ids: Values = Field(None, description="Flocks")
    program_names: Values = Field(None, description="Names of flocks")
    sample_db_ids: Values = None
    sample_names: Values = None
    study_db_ids: Values = None
    study_names: Values = None
    trial_db_ids: Values = None
    trial_names: Values = None
    variant_set_db_ids: Values = Field(None, description="Chips")


#: a list is not asked by these
ONLY_SEARCHED = frozenset(
    {
        *("common_crop_names", "external_reference_i_ds", "germplasm_names", "program_db_ids", "program_names"),
        *("sample_names", "study_db_ids", "study_names", "trial_db_ids", "trial_names"),
    }
)
