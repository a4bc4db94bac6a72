"""By what variants can be asked for, in the body of a search and in the query of a list."""

from pydantic import ConfigDict, Field

from bellwether.platform.brapi.filters import Values
from bellwether.platform.brapi.wire import Number, PagedByToken


class VariantsOfSet(PagedByToken):
    """Of the list of one chip's markers."""

    variant_db_ids: Values = None


class VariantSearch(VariantsOfSet):
    """A search for markers."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"variantSetDbIds": ["1"], "start": 0, "end": 1_000_000, "pageSize": 100}]}
    )

    call_set_db_ids: Values = Field(None, description="Markers of the chips on which their calls count")
    common_crop_names: Values = None
    end: Number | None = Field(None, description="Of a stretch, counted from 0 and not in it")
    external_reference_i_ds: Values = Field(None, alias="externalReferenceIDs", description="Old spelling")
    external_reference_ids: Values = None
    external_reference_sources: Values = None
    program_db_ids: Values = None
    program_names: Values = None
    reference_db_ids: Values = Field(None, description="Chromosomes of assemblies")
    reference_set_db_ids: Values = Field(None, description="Assemblies")
    start: Number | None = Field(None, description="Of a stretch, counted from 0")
    study_db_ids: Values = None
    study_names: Values = None
    trial_db_ids: Values = None
    trial_names: Values = None
    variant_set_db_ids: Values = Field(None, description="Chips")


#: a list is not asked by these
ONLY_SEARCHED = frozenset(
    {
        *("call_set_db_ids", "common_crop_names", "end", "external_reference_i_ds", "program_db_ids"),
        *("program_names", "start", "study_db_ids", "study_names", "trial_db_ids", "trial_names"),
    }
)
