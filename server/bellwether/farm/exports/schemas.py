"""Exports on the wire."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, WithJsonSchema
from pydantic_core import PydanticKnownError

from bellwether.farm.exports.formats import FORMATS
from bellwether.farm.exports.options import Options
from bellwether.platform.http.schemas import Schema
from bellwether.platform.jobs.schemas import Job


def known_format(name: str) -> str:
    """A format that is registered."""
    if name not in FORMATS:
        quoted = [f"'{each}'" for each in FORMATS]
        raise PydanticKnownError("literal_error", {"expected": f"{', '.join(quoted[:-1])} or {quoted[-1]}"})
    return name


ExportFormat = Annotated[str, AfterValidator(known_format), WithJsonSchema({"enum": list(FORMATS), "type": "string"})]


class NewExport(Schema):
    """A file that is wanted of a flock."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "farm_id": "0198c0de-0000-7000-8000-000000000001",
                    "flock_id": "0198c0de-0000-7000-8000-000000000002",
                    "format": "animals",
                    "options": {"file": "csv", "delimiter": ";", "decimal": ","},
                }
            ]
        }
    )

    farm_id: UUID
    flock_id: UUID
    format: ExportFormat
    options: Options = Options()


class ExportJob(Job):
    """The job that writes the file, with the export it belongs to."""

    export_id: UUID


class Export(Schema):
    """A file and what it holds. `waiting`: its job writes it. `ready`: it can be fetched until `expires_at`.

    `report` counts what was written and what the file could not say.
    """

    id: UUID
    farm_id: UUID
    flock_id: UUID
    format: ExportFormat
    options: dict[str, object]
    state: Literal["waiting", "ready", "expired"]
    job_id: UUID | None
    file_name: str | None
    media_type: str | None
    size_bytes: int | None
    sha256: str | None
    report: dict[str, object] | None
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None
