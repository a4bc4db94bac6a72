"""By what variables, traits, methods and scales can be asked for."""

from pydantic import ConfigDict, Field

from bellwether.platform.brapi.filters import Values
from bellwether.platform.brapi.wire import Paged


class Part(Paged):
    """By what a trait, a method or a scale can be asked for; `db_ids` is its own."""

    common_crop_names: Values = None
    external_reference_i_ds: Values = Field(None, alias="externalReferenceIDs", description="Old spelling")
    external_reference_ids: Values = None
    external_reference_sources: Values = None
    observation_variable_db_ids: Values = None
    ontology_db_ids: Values = None
    program_db_ids: Values = None


class TraitQuery(Part):
    """Of the list of traits."""

    trait_db_ids: Values = None


class MethodQuery(Part):
    """Of the list of methods."""

    method_db_ids: Values = None


class ScaleQuery(Part):
    """Of the list of scales."""

    scale_db_ids: Values = None


class VariableSearch(Part):
    """A search for variables."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"traitNames": ["weight"], "dataTypes": ["Numerical"]}]})

    data_types: Values = None
    method_db_ids: Values = None
    method_names: Values = None
    method_puis: Values = Field(None, alias="methodPUIs")
    observation_variable_names: Values = None
    observation_variable_puis: Values = Field(None, alias="observationVariablePUIs")
    program_names: Values = None
    scale_db_ids: Values = None
    scale_names: Values = None
    scale_puis: Values = Field(None, alias="scalePUIs")
    study_db_ids: Values = None
    study_db_id: Values = Field(None, description="Old spelling")
    study_names: Values = None
    trait_attribute_puis: Values = Field(None, alias="traitAttributePUIs")
    trait_attributes: Values = None
    trait_classes: Values = None
    trait_db_ids: Values = None
    trait_entities: Values = None
    trait_entity_puis: Values = Field(None, alias="traitEntityPUIs")
    trait_names: Values = None
    trait_puis: Values = Field(None, alias="traitPUIs")
    trial_db_ids: Values = None
    trial_names: Values = None


#: a list is not asked by these
ONLY_SEARCHED = frozenset(
    {
        *("data_types", "program_names", "study_db_id", "study_names", "trial_names", "trait_attributes"),
        *("trait_attribute_puis", "trait_entities", "trait_entity_puis"),
    }
)
