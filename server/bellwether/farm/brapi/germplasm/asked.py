"""By what animals can be asked for, in the body of a search and in the query of a list."""

from pydantic import ConfigDict, Field

from bellwether.platform.brapi.filters import Values
from bellwether.platform.brapi.wire import Paged


class Asked(Paged):
    """By what an animal can be asked for."""

    accession_numbers: Values = None
    binomial_names: Values = None
    collections: Values = None
    common_crop_names: Values = None
    external_reference_i_ds: Values = Field(None, alias="externalReferenceIDs", description="Old spelling")
    external_reference_ids: Values = None
    external_reference_sources: Values = Field(None, description="Schemes of identifiers")
    family_codes: Values = None
    genus: Values = None
    germplasm_db_ids: Values = None
    germplasm_names: Values = Field(None, description="Tags")
    germplasm_puis: Values = Field(None, alias="germplasmPUIs")
    institute_codes: Values = None
    program_db_ids: Values = Field(None, description="Flocks")
    program_names: Values = Field(None, description="Names of flocks")
    species: Values = None
    study_db_ids: Values = None
    study_names: Values = None
    synonyms: Values = Field(None, description="Identifiers in their stored form")
    trial_db_ids: Values = None
    trial_names: Values = None


class GermplasmSearch(Asked):
    """A search for animals."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"germplasmNames": ["240001", "240002"], "genus": ["Ovis"], "page": 0, "pageSize": 100}]
        }
    )

    parent_db_ids: Values = None
    progeny_db_ids: Values = None


#: a list is not asked by these
ONLY_SEARCHED = frozenset({"family_codes", "institute_codes", "program_names", "study_names", "trial_names"})
