"""What crosses the wire about import batches."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, StringConstraints

from bellwether.platform.http.schemas import Schema

Kind = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{0,63}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class ImportBatch(Schema):
    """One imported file: rows_in = rows_accepted + rows_rejected, always."""

    id: UUID
    farm_id: UUID
    kind: str
    file_name: str
    sha256: str
    rows_in: int
    rows_accepted: int
    rows_rejected: int
    started_at: datetime
    finished_at: datetime
    seconds: float
    imported_by: UUID | None
    undone_at: datetime | None = None

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0198c5a2-7c11-7d3e-9a41-1f2d3c4b5a69",
                    "farm_id": "0198c5a0-11aa-7f00-8c55-2b7d9e1f0a34",
                    "kind": "weights",
                    "file_name": "weaning-2025.csv",
                    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                    "rows_in": 2010,
                    "rows_accepted": 2000,
                    "rows_rejected": 10,
                    "started_at": "2025-11-02T08:15:00Z",
                    "finished_at": "2025-11-02T08:15:01.400Z",
                    "seconds": 1.4,
                    "imported_by": "0198c59f-3d20-7b6a-b1f8-6c2e4d8a9b10",
                    "undone_at": None,
                }
            ]
        }
    )
