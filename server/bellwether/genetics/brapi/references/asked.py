"""By what assemblies and chromosomes can be asked for."""

from pydantic import ConfigDict, Field

from bellwether.platform.brapi.filters import Values
from bellwether.platform.brapi.wire import Paged


class OfAssemblies(Paged):
    """What both can be asked by."""

    accessions: Values = None
    common_crop_names: Values = None
    external_reference_i_ds: Values = Field(None, alias="externalReferenceIDs", description="Old spelling")
    external_reference_ids: Values = None
    external_reference_sources: Values = None
    germplasm_db_ids: Values = None
    germplasm_names: Values = None
    md5checksums: Values = Field(None, alias="md5checksums")
    program_db_ids: Values = None
    program_names: Values = None
    reference_set_db_ids: Values = Field(None, description="Assemblies")
    study_db_ids: Values = None
    study_names: Values = None
    trial_db_ids: Values = None
    trial_names: Values = None

    @property
    def asks_what_nothing_has(self) -> bool:
        """Whether something is asked for that no assembly and no chromosome has here."""
        unknown = (
            *(self.external_reference_i_ds, self.external_reference_ids, self.external_reference_sources),
            *(self.germplasm_db_ids, self.germplasm_names, self.md5checksums, self.program_db_ids),
            *(self.program_names, self.study_db_ids, self.study_names, self.trial_db_ids, self.trial_names),
        )
        return any(unknown)


class ReferenceSearch(OfAssemblies):
    """A search for chromosomes."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"referenceSetDbIds": ["Oar_v4.0"], "pageSize": 100}]})

    is_derived: bool | None = None
    max_length: int | None = Field(None, description="Lengths are not kept: nothing is found by them")
    min_length: int | None = Field(None, description="Lengths are not kept: nothing is found by them")
    reference_db_ids: Values = None


class ReferenceSetSearch(OfAssemblies):
    """A search for assemblies."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"accessions": ["GCA_000298735.2"]}]})

    assembly_puis: Values = Field(None, alias="assemblyPUIs")


#: lists are not asked by these
ONLY_SEARCHED = frozenset(
    {"external_reference_i_ds", "germplasm_db_ids", "germplasm_names", "program_names", "study_names", "trial_names"}
)
