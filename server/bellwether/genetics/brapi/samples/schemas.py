"""Samples on the wire."""

from pydantic import Field

from bellwether.platform.brapi.wire import Wire


class BrapiSample(Wire):
    """A sample of an animal."""

    sample_db_id: str
    sample_name: str
    sample_pui: str = Field(alias="samplePUI")
    germplasm_db_id: str
    observation_unit_db_id: str
    program_db_id: str | None = Field(description="The flock of its animal")
    additional_info: dict[str, str]
