"""Taking snapshots, reading them, and asking the same question again."""

import asyncio
import csv
import gzip
import hashlib
import io
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.ids import new_id
from bellwether.research.projects import service as projects
from bellwether.research.projects.problems import RoleTooLow
from bellwether.research.snapshots import repository
from bellwether.research.snapshots.models import Asked, Measured, SnapshotRow
from bellwether.research.snapshots.problems import DaysReversed, NoSuchSnapshot, TooManyRows
from bellwether.research.snapshots.schemas import Check, NewSnapshot, Snapshot

MOST = 200_000


class Frozen(NamedTuple):
    """Rows as they are kept."""

    sha256: str
    content: bytes


async def take(session: Session, context: Context, project_id: UUID, body: NewSnapshot) -> Snapshot:
    """Freeze the measurements of all farms that have consented, as they are now.

    Raises:
        NoSuchProject, RoleTooLow, DaysReversed, TooManyRows
    """
    project = await projects.get(session, context, project_id)
    if project.my_role not in projects.EDITORS:
        raise RoleTooLow
    if body.first_on is not None and body.last_on is not None and body.last_on < body.first_on:
        raise DaysReversed
    asked = Asked(project_id, sorted(set(body.traits)), body.first_on, body.last_on)
    at = await repository.hold(session, project_id)
    rows = await repository.measured(session, asked, at, MOST + 1)
    if len(rows) > MOST:
        raise TooManyRows(MOST)
    kept = await asyncio.to_thread(frozen, rows)
    assert context.user_id is not None
    found = (len({row.farm_id for row in rows}), len(rows), kept.sha256)
    made = SnapshotRow(new_id(), project_id, body.title, *asked[1:], at, context.user_id, *found)
    await repository.add(session, made, kept.content)
    return Snapshot.model_validate(made)


def frozen(rows: Sequence[Measured]) -> Frozen:
    """The rows as one text, and its digest."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Measured._fields)
    writer.writerows(rows)
    content = text.getvalue().encode()
    return Frozen(hashlib.sha256(content).hexdigest(), gzip.compress(content, mtime=0))


async def get(session: Session, project_id: UUID, snapshot_id: UUID) -> Snapshot:
    """One snapshot.

    Raises:
        NoSuchSnapshot
    """
    row = await repository.find(session, project_id, snapshot_id)
    if row is None:
        raise NoSuchSnapshot
    return Snapshot.model_validate(row)


async def content(session: Session, project_id: UUID, snapshot_id: UUID) -> bytes:
    """The rows as CSV.

    Raises:
        NoSuchSnapshot
    """
    found = await repository.content(session, project_id, snapshot_id)
    if found is None:
        raise NoSuchSnapshot
    return await asyncio.to_thread(gzip.decompress, found)


async def check(session: Session, project_id: UUID, snapshot_id: UUID) -> Check:
    """Whether the same question about the same moment has the same answer today.

    Raises:
        NoSuchSnapshot
    """
    row = await repository.find(session, project_id, snapshot_id)
    if row is None:
        raise NoSuchSnapshot
    asked = Asked(project_id, row.traits, row.first_on, row.last_on)
    rows = await repository.measured(session, asked, row.taken_at, MOST + 1)
    digest = (await asyncio.to_thread(frozen, rows)).sha256
    return Check(sha256=digest, is_same=digest == row.sha256)


async def page(session: Session, context: Context, project_id: UUID, before: UUID | None, limit: int) -> list[Snapshot]:
    """Up to `limit` snapshots, the latest first.

    Raises:
        NoSuchProject
    """
    await projects.get(session, context, project_id)
    return [Snapshot.model_validate(row) for row in await repository.page(session, project_id, before, limit)]
