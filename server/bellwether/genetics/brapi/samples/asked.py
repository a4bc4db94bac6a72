"""By what samples can be asked for, in the body of a search and in the query of a list."""

from pydantic import ConfigDict, Field

from bellwether.platform.brapi.filters import Values
from bellwether.platform.brapi.wire import Paged


class SampleSearch(Paged):
    """A search for samples."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"sampleNames": ["T001", "T002"], "page": 0}]})

    common_crop_names: Values = None
    external_reference_i_ds: Values = Field(None, alias="externalReferenceIDs", description="Old spelling")
    external_reference_ids: Values = None
    external_reference_sources: Values = None
    germplasm_db_ids: Values = Field(None, description="Animals")
    germplasm_names: Values = Field(None, description="Tags")
    observation_unit_db_ids: Values = Field(None, description="Animals")
    plate_db_ids: Values = None
    plate_names: Values = None
    program_db_ids: Values = Field(None, description="Flocks")
    program_names: Values = Field(None, description="Names of flocks")
    sample_db_ids: Values = None
    sample_group_db_ids: Values = None
    sample_names: Values = None
    study_db_ids: Values = None
    study_names: Values = None
    trial_db_ids: Values = None
    trial_names: Values = None


#: a list is not asked by these
ONLY_SEARCHED = frozenset({"germplasm_names", "program_names", "study_names", "trial_names"})
