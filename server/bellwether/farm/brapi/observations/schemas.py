"""Observations on the wire."""

from datetime import datetime

from bellwether.platform.brapi.wire import Wire


class Season(Wire):
    """The drop of the animal."""

    season_db_id: str
    season_name: str
    year: int


class Observation(Wire):
    """A measurement; its value is text, as the standard wants it, in the unit of its variable."""

    observation_db_id: str
    observation_variable_db_id: str
    observation_variable_name: str
    observation_unit_db_id: str
    observation_unit_name: str
    germplasm_db_id: str
    germplasm_name: str
    observation_time_stamp: datetime
    season: Season | None
    value: str
    additional_info: dict[str, str]
