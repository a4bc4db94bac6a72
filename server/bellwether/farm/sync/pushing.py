"""Verdicts on what a device did: each row for itself, and what is in the way of one is no matter of the others."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import groupby
from uuid import UUID

import structlog
from asyncpg.exceptions import PostgresError
from sqlalchemy.exc import DBAPIError

from bellwether.farm.collections import repository as rows
from bellwether.farm.collections.collection import Collection, Log, Master, RowRejected, Sent, Write
from bellwether.farm.collections.registry import ALL, COLLECTIONS
from bellwether.farm.conflict_facts import Told, conflicts_found
from bellwether.farm.sync import clock, merging, repository
from bellwether.farm.sync.models import Answered, Outcome
from bellwether.farm.sync.problems import (
    ClockAhead,
    DocMissing,
    IdTaken,
    MutationReused,
    NotDeletable,
    NotStorable,
    NotVersionSeven,
    ReadOnlyCollection,
    RowInUse,
)
from bellwether.farm.sync.schemas import READER, Mutation, Push, Refusal, Result
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.json import fingerprint
from bellwether.platform.problems import Problem

log = structlog.get_logger()
#: a foreign key and a unique key that are broken
KNOWN: dict[str, type[Problem]] = {"23503": RowInUse, "23505": IdTaken}
#: what a row says that came before the one to which it refers
TOO_EARLY = {"not_found", "reference_not_found", "session_unknown", "unknown_tag"}


@dataclass
class Pushing:
    """One push, the farm's lock held."""

    session: Session
    context: Context
    farm_id: UUID
    device_id: UUID
    now: datetime
    results: dict[int, Result] = field(default_factory=dict)
    #: conflicts that nobody was told of
    found: list[Told] = field(default_factory=list)

    async def run(self, body: Push) -> list[Result]:
        """A result for each row; rows that came before what they refer to are tried once more."""
        found = [(row, READER.read(sent, "mutations", row)) for row, sent in enumerate(body.mutations)]
        digests = [fingerprint(sent) for sent in body.mutations]
        ids = [one.mutation_id for _, one in found if isinstance(one, Mutation)]
        before = await repository.answered(self.session, self.farm_id, self.device_id, ids)
        waiting: list[tuple[int, Mutation]] = []
        told: dict[UUID, int] = {}
        for row, one in found:
            if not isinstance(one, Mutation):
                self.results[row] = rejected(row, None, RowRejected(one))
            elif one.mutation_id in before:
                self.results[row] = again(row, one, before[one.mutation_id], digests[row])
            elif (first := told.setdefault(one.mutation_id, row)) != row:
                if digests[first] != digests[row]:
                    self.reject(row, one, MutationReused())
            else:
                waiting.append((row, one))
        await self.take_all(waiting)
        await self.remember(waiting, digests)
        for row, one in found:
            if row not in self.results and isinstance(one, Mutation):
                self.results[row] = self.results[told[one.mutation_id]].model_copy(update={"row": row})
        return [self.results[row] for row in range(len(body.mutations))]

    async def remember(self, made: Sequence[tuple[int, Mutation]], digests: Sequence[bytes]) -> None:
        """The same again is told the same."""
        answers = [
            (one.mutation_id, digests[row], self.results[row].model_dump_json(exclude={"row"})) for row, one in made
        ]
        await repository.remember(self.session, self.context, self.farm_id, self.device_id, answers)

    async def take_all(self, waiting: Sequence[tuple[int, Mutation]]) -> None:
        """In the order of the device, until nothing more can be taken; others hear of the conflicts."""
        await self.take_in_order(waiting)
        await conflicts_found(self.session, self.context, self.farm_id, self.found)

    async def take_in_order(self, waiting: Sequence[tuple[int, Mutation]]) -> None:
        """Again and again those that came before what they refer to."""
        last = await rows.last(self.session, self.farm_id, ALL)
        # what the farm has not given, before a backup was restored perhaps, tells nothing of what the device saw
        waiting = [(row, one if (one.base_rev or 0) <= last else since_ever(one)) for row, one in waiting]
        while waiting:
            for collection, group in groupby(waiting, key=lambda item: item[1].collection):
                await self.take_some(COLLECTIONS[collection], list(group))
            early = [(row, one) for row, one in waiting if is_early(self.results[row])]
            if len(early) == len(waiting):
                return
            waiting = early

    async def take_some(self, collection: Collection, group: Sequence[tuple[int, Mutation]]) -> None:
        """Rows of one collection that follow each other."""
        written = collection.written
        if isinstance(written, Log):
            for op, run in groupby(group, key=lambda item: item[1].op):
                if op == "upsert":
                    await self.append(collection, written, list(run))
                else:
                    for row, one in run:
                        await self.judge(row, one, partial(self.withdraw, written, one))
            return
        for row, one in group:
            await self.judge(row, one, partial(self.master, collection, written, one))

    async def judge(self, row: int, one: Mutation, take: Callable[[], Awaitable[Outcome]]) -> None:
        """Take one row, or leave everything as it was."""
        try:
            check(one, self.now)
            async with self.session.begin_nested():
                told = one.clock or clock.at(self.now)
                await repository.write_as(self.session, told, self.device_id)
                outcome = await take()
        except Problem as problem:
            self.reject(row, one, problem)
        except (DBAPIError, PostgresError) as error:
            self.reject(row, one, broken_by(error))
        else:
            self.accept(row, one, outcome)

    async def master(self, collection: Collection, written: Master | None, one: Mutation) -> Outcome:
        """A row of master data."""
        if written is None:
            raise ReadOnlyCollection
        return await merging.take(self.write(one), collection, written, one)

    async def append(self, collection: Collection, written: Log, run: Sequence[tuple[int, Mutation]]) -> None:
        """Rows for a log, together; what is there already, just as it is sent, is taken."""
        good = []
        before = await rows.documents(self.session, self.farm_id, collection, [one.id for _, one in run])
        for row, one in run:
            found = before.get(one.id)
            try:
                check(one, self.now)
                if found is not None and is_said(one.doc, found.doc):
                    self.accept(row, one, Outcome("applied", found.seq))
                elif found is None and one.id.version != 7:
                    raise NotVersionSeven
                else:
                    good.append((row, one))
            except Problem as problem:
                self.reject(row, one, problem)
        await self.append_some(collection, written, good)

    async def append_some(self, collection: Collection, written: Log, good: Sequence[tuple[int, Mutation]]) -> None:
        """Rows together; where the database refuses one that nobody else refused, each by itself."""
        if not good:
            return
        sent = [Sent(one.id, one.doc or {}) for _, one in good]
        try:
            async with self.session.begin_nested():
                verdicts = await written.append(self.write(good[0][1]), sent)
        except (DBAPIError, PostgresError) as error:
            broken = broken_by(error)
            if len(good) == 1:
                self.reject(*good[0], broken)
            else:
                for alone in good:
                    await self.append_some(collection, written, [alone])
            return
        stored = await rows.documents(self.session, self.farm_id, collection, [one.id for _, one in good])
        for (row, one), verdict in zip(good, verdicts, strict=True):
            if verdict is not None:
                self.reject(row, one, verdict)
            elif one.id in stored:
                self.accept(row, one, Outcome("applied", stored[one.id].seq))
            else:
                # the same was recorded already, under another id
                await rows.bury(self.session, self.farm_id, collection, one.id)
                self.accept(row, one, Outcome("merged"))

    async def withdraw(self, written: Log, one: Mutation) -> Outcome:
        """A row of a log that should not be there."""
        if written.remove is None:
            raise NotDeletable
        await written.remove(self.write(one))
        return Outcome("applied")

    def write(self, one: Mutation) -> Write:
        """As a collection takes it."""
        return Write(self.session, self.context, self.farm_id, one.id, self.device_id, self.now)

    def accept(self, row: int, one: Mutation, outcome: Outcome) -> None:
        """It is on the farm."""
        self.found += outcome.found
        self.results[row] = Result.model_validate(
            {
                "row": row,
                "mutation_id": one.mutation_id,
                "status": outcome.status,
                "rev": outcome.rev,
                "doc": outcome.doc,
                "conflicts": outcome.conflicts,
            }
        )

    def reject(self, row: int, one: Mutation, problem: Problem) -> None:
        """It stays on the device, with the reason."""
        self.results[row] = rejected(row, one.mutation_id, problem)


def rejected(row: int, mutation_id: UUID | None, problem: Problem) -> Result:
    """A row that cannot be taken."""
    told = Refusal(code=problem.code, title=problem.title, detail=problem.detail, errors=problem.errors)
    return Result(row=row, mutation_id=mutation_id, status="rejected", problem=told)


def broken_by(error: DBAPIError | PostgresError) -> Problem:
    """What the database says of a row; of an id of another farm it alone knows.

    Raises:
        DBAPIError, PostgresError: the error, where it is none of the row's data (classes 22 and 23 of PostgreSQL).
    """
    state = getattr(error.orig if isinstance(error, DBAPIError) else error, "sqlstate", None) or ""
    if state[:2] not in ("22", "23"):
        raise error
    if found := KNOWN.get(state):
        return found()
    log.error("row_not_storable", exc_info=error)
    return NotStorable()


def check(one: Mutation, now: datetime) -> None:
    """What holds for every mutation.

    Raises:
        ClockAhead, DocMissing
    """
    if one.clock is not None and clock.is_ahead(one.clock, now):
        raise ClockAhead
    if one.op == "upsert" and one.doc is None:
        raise DocMissing


def is_said(sent: object, stored: object) -> bool:
    """Whether what is sent is what is stored, which may say more."""
    if isinstance(sent, dict) and isinstance(stored, dict):
        return all(value is None or is_said(value, stored.get(name)) for name, value in sent.items())
    return sent == stored


def since_ever(one: Mutation) -> Mutation:
    """Of a row of which nobody knows when the device saw it."""
    return one.model_copy(update={"base_rev": 0})


def again(row: int, one: Mutation, before: Answered, sent: bytes) -> Result:
    """The answer that it had, unless it is another one now."""
    if before.sent_sha256 != sent:
        return rejected(row, one.mutation_id, MutationReused())
    return Result.model_validate(before.answer | {"row": row})


def is_early(result: Result) -> bool:
    """Whether what it refers to may have come behind it."""
    problem = result.problem
    if problem is None:
        return False
    return problem.code in TOO_EARLY or any(error.code in TOO_EARLY for error in problem.errors)
