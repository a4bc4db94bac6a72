"""What crosses the wire about pipeline runs."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import ConfigDict

from bellwether.platform.http.schemas import Schema


class Pipeline(StrEnum):
    """What ran."""

    farm_import = "farm.import"
    genetics_evaluation = "genetics.evaluation"


class RunState(StrEnum):
    """How it ended."""

    succeeded = "succeeded"
    failed = "failed"


class Dataset(Schema):
    """Something that a run read or made; `reference` is the SHA-256 of a file or the id of a thing."""

    kind: str
    reference: str
    name: str
    n_rows: int | None


class Failure(Schema):
    """Why a run failed."""

    code: str
    detail: str


class Run(Schema):
    """One run with its lineage."""

    id: UUID
    farm_id: UUID
    pipeline: Pipeline
    state: RunState
    subject_id: UUID
    started_by: UUID | None
    started_at: datetime | None
    finished_at: datetime
    failure: Failure | None
    inputs: list[Dataset]
    outputs: list[Dataset]

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0198c5a2-7c11-7d3e-9a41-1f2d3c4b5a69",
                    "farm_id": "0198c5a0-11aa-7f00-8c55-2b7d9e1f0a34",
                    "pipeline": "farm.import",
                    "state": "succeeded",
                    "subject_id": "0198c5a2-7c11-7d3e-9a41-1f2d3c4b5a69",
                    "started_by": "0198c59f-3d20-7b6a-b1f8-6c2e4d8a9b10",
                    "started_at": "2025-11-02T08:15:00Z",
                    "finished_at": "2025-11-02T08:15:01.400Z",
                    "failure": None,
                    "inputs": [
                        {
                            "kind": "file",
                            "reference": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                            "name": "weaning-2025.csv",
                            "n_rows": 2010,
                        }
                    ],
                    "outputs": [
                        {
                            "kind": "farm.weights",
                            "reference": "0198c5a2-7c11-7d3e-9a41-1f2d3c4b5a69",
                            "name": "accepted rows",
                            "n_rows": 2000,
                        }
                    ],
                }
            ]
        }
    )
