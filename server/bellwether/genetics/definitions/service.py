"""Use-cases of definitions."""

import hashlib
from uuid import UUID

import orjson

from bellwether.genetics.access import may_read, may_write
from bellwether.genetics.agreements import service as agreements
from bellwether.genetics.definitions import repository
from bellwether.genetics.definitions.models import NewVersionRow, VersionRow
from bellwether.genetics.definitions.problems import DefinitionExists, NoSuchDefinition, OtherVersion
from bellwether.genetics.definitions.schemas import (
    Content,
    DefinitionVersion,
    NewDefinition,
    NewVersion,
    ReadyMadeModel,
)
from bellwether.genetics.evaluations import service as evaluations
from bellwether.genetics.evaluations.problems import NoSuchFlock, WrongModel
from bellwether.genetics.joint_runs import service as joint_runs
from bellwether.modelling.ready_made import READY_MADE
from bellwether.platform.context import Context
from bellwether.platform.database.advisory_locks import one_at_a_time
from bellwether.platform.database.transactions import Session
from bellwether.platform.ids import new_id
from bellwether.platform.jobs.schemas import Job
from bellwether.platform.problems import RowError


async def define(session: Session, context: Context, new: NewDefinition) -> DefinitionVersion:
    """A definition in its first version.

    Raises:
        NotFound, ReadOnlyMember, DefinitionExists
        NoSuchFlock, UnknownTrait, WrongModel, NoSuchGenotypes
    """
    await may_write(session, new.farm_id)
    content = content_of(new)
    await check(session, content, new.farm_id, new.agreement_id)
    definition_id = new_id()
    try:
        await repository.add(session, definition_id, new.farm_id, new.name, new.agreement_id, context.user_id)
    except repository.UniqueViolation as error:
        raise DefinitionExists from error
    await repository.add_version(session, row_of(context, new.farm_id, definition_id, 1, content, new.note))
    return await get(session, definition_id)


async def change(session: Session, context: Context, definition_id: UUID, new: NewVersion) -> DefinitionVersion:
    """The next version; the same content is no change.

    Raises:
        NoSuchDefinition, ReadOnlyMember, OtherVersion
        NoSuchFlock, UnknownTrait, WrongModel, NoSuchGenotypes
    """
    await one_at_a_time(session, f"definition {definition_id}")
    before = await found(session, definition_id)
    await may_write(session, before.farm_id)
    if before.version != new.based_on:
        raise OtherVersion(before.version)
    content = content_of(new)
    await check(session, content, before.farm_id, before.agreement_id)
    row = row_of(context, before.farm_id, definition_id, before.version + 1, content, new.note)
    if row.sha256 != before.sha256:
        await repository.add_version(session, row)
    return await get(session, definition_id)


def content_of(new: NewDefinition | NewVersion) -> Content:
    """What is a version's own; each flock once, in the order given."""
    content = Content.model_validate({name: getattr(new, name) for name in Content.model_fields})
    flocks = {"flock_ids": list(dict.fromkeys(content.flock_ids))}
    if content.ready_made is None:
        return content.model_copy(update=flocks)
    refuse_taking(content)
    return content.model_copy(update={**flocks, "model": READY_MADE[content.ready_made].model})


def refuse_taking(content: Content) -> None:
    """Refuse to take a model that there is not, that needs tables, or beside another one.

    Raises:
        WrongModel
    """
    made = READY_MADE.get(content.ready_made or "")
    row = None
    if made is None:
        fix = f"Take one of {', '.join(READY_MADE)}"
        row = RowError(field="ready_made", code="no_such_model", message="there is no such ready-made model", fix=fix)
    elif made.takes != "flocks":
        fix = "Prepare the tables, and send them to /evaluations/of-tables with its model"
        message = "this model takes tables, which a flock does not hold"
        row = RowError(field="ready_made", code="takes_tables", message=message, fix=fix)
    elif content.traits is not None or content.model not in (None, made.model):
        fix = "Leave traits and model out, or leave ready_made out and change the model as you like"
        message = "a ready-made model stands beside other traits or another model"
        row = RowError(field="ready_made", code="said_twice", message=message, fix=fix)
    if row is not None:
        raise WrongModel(row.message, errors=[row])


def ready_made() -> list[ReadyMadeModel]:
    """The models that one can take."""
    return [ReadyMadeModel.model_validate(each) for each in READY_MADE.values()]


async def check(session: Session, content: Content, farm_id: UUID, agreement_id: UUID | None) -> None:
    """Refuse what no run could follow.

    Raises:
        NoSuchFlock, UnknownTrait, WrongModel, NoSuchGenotypes, NoSuchAgreement, NotAcrossFarms
    """
    refuse_population(content, agreement_id)
    if agreement_id is not None:
        await agreements.found(session, agreement_id)
        joint_runs.refuse_what_is_of_one_farm(content)
        await evaluations.check(session, content, farm_id)
        return
    if await evaluations.farm_of(session, content.flock_ids) != farm_id:
        raise NoSuchFlock
    await evaluations.check(session, content, farm_id)


def refuse_population(content: Content, agreement_id: UUID | None) -> None:
    """Refuse a definition of no flock, and of an agreement what its farms say themselves.

    Raises:
        WrongModel
    """
    is_joint = agreement_id is not None
    wrong = {
        "flock_ids": (bool(content.flock_ids) == is_joint, "Name flocks of the farm, or an agreement and no flock"),
        "rerun": (is_joint and content.rerun != "on_demand", "Leave it out: an agreement is evaluated on demand"),
        "publishing": (is_joint and content.publishing != "by_hand", "Leave it out: an agreement's run is handed out"),
    }
    rows = [
        RowError(field=field, code="population", message=f"{field} does not go with the population", fix=fix)
        for field, (is_wrong, fix) in wrong.items()
        if is_wrong
    ]
    if rows:
        raise WrongModel(rows[0].message, errors=rows)


def row_of(
    context: Context, farm_id: UUID, definition_id: UUID, version: int, content: Content, note: str
) -> NewVersionRow:
    """A version as it is stored."""
    document = content.model_dump(mode="json", exclude_defaults=True)
    text = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    return NewVersionRow(
        farm_id=farm_id,
        definition_id=definition_id,
        version=version,
        sha256=hashlib.sha256(text).hexdigest(),
        content=text.decode(),
        flock_ids=content.flock_ids,
        rerun=content.rerun,
        note=note,
        created_by=context.user_id,
    )


async def run(
    session: Session, context: Context, definition_id: UUID, version: int | None, *, is_warm: bool = True
) -> Job:
    """Queue a run of a version, the newest if none is named; a warm one begins where the last one ended.

    Raises:
        NoSuchDefinition, ReadOnlyMember, NoSuchFlock, UnknownTrait, WrongModel, NoSuchGenotypes, TooManyJobs
    """
    row = await found(session, definition_id, version)
    await may_write(session, row.farm_id)
    content = Content.model_validate_json(orjson.dumps(row.content))
    await check(session, content, row.farm_id, row.agreement_id)
    if row.agreement_id is not None:
        return await joint_runs.queue(session, context, row.farm_id, row.agreement_id, content, (row.id, row.version))
    return await evaluations.queue(
        session,
        context,
        row.farm_id,
        content.flock_ids,
        content,
        publishing=content.publishing,
        version=(row.id, row.version),
        is_warm=is_warm,
    )


async def found(session: Session, definition_id: UUID, version: int | None = None) -> VersionRow:
    """The row.

    Raises:
        NoSuchDefinition
    """
    row = await repository.version(session, definition_id, version)
    if row is None:
        raise NoSuchDefinition
    return row


async def get(session: Session, definition_id: UUID, version: int | None = None) -> DefinitionVersion:
    """A definition in this version, or the newest.

    Raises:
        NoSuchDefinition
    """
    return shown(await found(session, definition_id, version))


async def versions(session: Session, definition_id: UUID, before: int | None, limit: int) -> list[DefinitionVersion]:
    """Its versions, the newest first.

    Raises:
        NoSuchDefinition
    """
    await found(session, definition_id)
    return [shown(row) for row in await repository.versions(session, definition_id, before, limit)]


async def page(session: Session, farm_id: UUID, before: UUID | None, limit: int) -> list[DefinitionVersion]:
    """Definitions of a farm, each in its newest version.

    Raises:
        NotFound
    """
    await may_read(session, farm_id)
    return [shown(row) for row in await repository.page(session, farm_id, before, limit)]


def shown(row: VersionRow) -> DefinitionVersion:
    """On the wire."""
    content = Content.model_validate_json(orjson.dumps(row.content))
    return DefinitionVersion.model_validate({**row._asdict(), "content": content})
