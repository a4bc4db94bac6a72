"""By what observations can be asked for, in the body of a search and in the query of a list."""

from pydantic import AwareDatetime, ConfigDict, Field

from bellwether.platform.brapi.filters import Text, Values
from bellwether.platform.brapi.wire import Paged, Wire


class Level(Wire):
    """A level of observation units; ours are animals, which are in no order and have no code."""

    level_code: Text | None = None
    level_name: Text | None = None
    level_order: int | None = None


class LevelRelation(Level):
    """A unit above."""

    observation_unit_db_id: Text | None = None


class Asked(Paged):
    """What a list and a search can both be asked by."""

    common_crop_names: Values = None
    external_reference_i_ds: Values = Field(None, alias="externalReferenceIDs", description="Old spelling")
    external_reference_ids: Values = None
    external_reference_sources: Values = None
    germplasm_db_ids: Values = None
    location_db_ids: Values = Field(None, description="Farms")
    observation_db_ids: Values = None
    observation_time_stamp_range_end: AwareDatetime | None = None
    observation_time_stamp_range_start: AwareDatetime | None = None
    observation_unit_db_ids: Values = Field(None, description="Animals")
    observation_variable_db_ids: Values = Field(None, description="Codes of traits, for example WWT")
    program_db_ids: Values = Field(None, description="Flocks")
    season_db_ids: Values = Field(None, description="Drops: years of birth")
    study_db_ids: Values = None
    trial_db_ids: Values = None


class ObservationSearch(Asked):
    """A search for measurements."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"observationVariableDbIds": ["WWT", "PWT"], "seasonDbIds": ["2024"]}]}
    )

    germplasm_names: Values = None
    location_names: Values = None
    observation_level_relationships: list[LevelRelation] | None = None
    observation_levels: list[Level] | None = None
    observation_variable_names: Values = None
    observation_variable_puis: Values = Field(None, alias="observationVariablePUIs")
    program_names: Values = None
    study_names: Values = None
    trial_names: Values = None


class ObservationQuery(Asked):
    """The query of the list, which names one level in several parameters."""

    observation_unit_level_name: Text | None = None
    observation_unit_level_order: Text | None = None
    observation_unit_level_code: Text | None = None
    observation_unit_level_relationship_name: Text | None = None
    observation_unit_level_relationship_order: Text | None = None
    observation_unit_level_relationship_code: Text | None = None
    observation_unit_level_relationship_db_id: Text | None = None

    def as_search(self) -> ObservationSearch:
        """The search that it stands for; orders and codes of levels nothing has."""
        others = (self.observation_unit_level_order, self.observation_unit_level_code)
        above = (
            *(self.observation_unit_level_relationship_name, self.observation_unit_level_relationship_order),
            *(self.observation_unit_level_relationship_code, self.observation_unit_level_relationship_db_id),
        )
        code = next(filter(None, others), None)
        named = self.observation_unit_level_name or code
        return ObservationSearch(
            **{name: getattr(self, name) for name in Asked.model_fields},
            observation_levels=[Level(level_name=self.observation_unit_level_name, level_code=code)] if named else None,
            observation_level_relationships=[LevelRelation(level_name="above")] if any(above) else None,
        )
