"""Rows of this slice."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from bellwether.platform.json import JsonObject


class StepRow(NamedTuple):
    """A step."""

    id: UUID
    farm_id: UUID
    step: str
    program: str
    chip_id: int | None
    map_version: int | None
    source_file_id: UUID | None
    panel_file_id: UUID | None
    panel_sha256: str | None
    genetic_map_sha256: str | None
    options: JsonObject
    version: str | None
    program_sha256: str | None
    arguments: list[list[str]] | None
    input_sha256: str | None
    output_file_id: UUID | None
    output_sha256: str | None
    report: JsonObject | None
    created_at: datetime
    finished_at: datetime | None
    state: str


class FileRow(NamedTuple):
    """A file of a step without its content."""

    name: str
    sha256: str
    n_bytes: int


class UsedRow(NamedTuple):
    """A program as a farm has used it."""

    program: str
    version: str
    sha256: str
    n_steps: int
    first_used_at: datetime
    last_used_at: datetime


class PanelRow(NamedTuple):
    """A reference panel as a farm has used it."""

    sha256: str
    genotype_file_id: UUID | None
    name: str | None
    program: str
    version: str
    n_steps: int
    first_used_at: datetime
    last_used_at: datetime


class ResultRow(NamedTuple):
    """Something that a step has made, or that was made of it."""

    id: UUID
    kind: str
    step_id: UUID
    program: str
    version: str
    program_sha256: str
    panel_sha256: str | None
    created_at: datetime
