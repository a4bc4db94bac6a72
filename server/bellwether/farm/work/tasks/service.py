"""What is to be done on a farm: computed from events by rules, beside what people wrote down and said of it."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from bellwether.farm.access import may_write, one_writer, role_of
from bellwether.farm.place import place_of
from bellwether.farm.work.tasks import projection, repository
from bellwether.farm.work.tasks.calendar import calendar_of
from bellwether.farm.work.tasks.models import RuleRow, SourceRow, TaskRow
from bellwether.farm.work.tasks.problems import NotAMember, RuleIncomplete, TaskExists, TaskFollows
from bellwether.farm.work.tasks.rules import BY_NAME, Rule, rules_of, task_id
from bellwether.farm.work.tasks.schemas import NewTask, NewTaskRules, Task, TaskChange, TaskRule, TaskRules
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import Cursor
from bellwether.platform.http.preconditions import Precondition
from bellwether.platform.http.schemas import Page
from bellwether.platform.ids import new_id
from bellwether.platform.problems import NotFound, RowError, Stale

Wanted = Literal["open", "done", "all"]


class ByDay(Cursor):
    """Sorted by the day that counts."""

    due_on: date
    id: UUID


async def page(
    session: Session,
    context: Context,
    farm_id: UUID,
    wanted: Wanted,
    until: date | None,
    assigned_to: UUID | None,
    now: datetime,
    limit: int,
    cursor: str | None,
) -> Page[Task]:
    """Tasks of a farm by the day that counts.

    Raises:
        NotFound: the user does not see the farm.
    """
    found, after = await every(session, context, farm_id, now), ByDay.read(cursor)
    items = [
        task
        for task in found
        if wanted in ("all", task.state)
        and (until is None or task.due_on <= until)
        and assigned_to in (None, task.assigned_to)
        and (after is None or (task.due_on, task.id) > (after.due_on, after.id))
    ][: limit + 1]
    return Page(items=items[:limit], next=ByDay.after(items, limit))


async def every(session: Session, context: Context, farm_id: UUID, now: datetime) -> list[Task]:
    """All tasks of a farm.

    Raises:
        NotFound: the user does not see the farm.
    """
    if await role_of(session, context, farm_id) is None:
        raise NotFound
    today = (await place_of(session, farm_id)).today(now)
    rules = [rule for rule in rules_of(await repository.rules(session, farm_id)) if rule.is_on]
    sources = await repository.sources(session, farm_id, {rule.kind for rule in rules})
    rows = {row.id: row for row in await repository.tasks(session, farm_id)}
    tasks = [written(farm_id, row, today) for row in rows.values() if row.rule is None]
    for rule in rules:
        for event in sources:
            if event.kind == rule.kind and (due := rule.due(event)) is not None:
                key = task_id(farm_id, rule.name, event.place)
                tasks.append(following(farm_id, key, rule, event, due, rows.get(key), today))
    return sorted(tasks, key=lambda task: (task.due_on, task.id))


async def calendar(session: Session, context: Context, farm_id: UUID, now: datetime) -> bytes:
    """Open tasks as iCalendar.

    Raises:
        NotFound: the user does not see the farm.
    """
    tasks = await every(session, context, farm_id, now)
    return calendar_of(await repository.farm_name(session, farm_id), tasks, now)


def written(farm_id: UUID, row: TaskRow, today: date) -> Task:
    """A task that somebody wrote down."""
    assert row.title is not None
    assert row.due_on is not None
    return shown(farm_id, row, row.title, row.due_on, row.done_on, None, today)


def following(
    farm_id: UUID, key: UUID, rule: Rule, event: SourceRow, due: date, row: TaskRow | None, today: date
) -> Task:
    """A task that follows from an event, with what was said of it."""
    said = row or nothing_said(key, rule.name, event)
    title = f"{rule.title}: {event.name}" if event.name else rule.title
    done = said.done_on or rule.done_on(event, due, today)
    return shown(farm_id, said, title[:200], due, done, event, today)


def nothing_said(key: UUID, rule: str, event: SourceRow) -> TaskRow:
    """Nobody has said anything of this task."""
    at = event.recorded_at
    return TaskRow(key, rule, event.place, None, None, None, None, None, None, None, 0, at, at)


def shown(
    farm_id: UUID, row: TaskRow, title: str, planned: date, done: date | None, event: SourceRow | None, today: date
) -> Task:
    """On the wire."""
    due = row.snoozed_until or planned
    return Task(
        id=row.id,
        farm_id=farm_id,
        title=title,
        due_on=due,
        planned_on=planned,
        state="open" if done is None else "done",
        is_overdue=done is None and due < today,
        rule=row.rule,
        event_id=event and event.id,
        group_id=event and event.group_id,
        animal_id=event and event.animal_id,
        note=row.note,
        assigned_to=row.assigned_to,
        snoozed_until=row.snoozed_until,
        done_on=done,
        done_by=row.done_by,
        rev=row.rev,
    )


async def get(session: Session, context: Context, farm_id: UUID, key: UUID, now: datetime) -> Task:
    """One task.

    Raises:
        NotFound
    """
    found = next((task for task in await every(session, context, farm_id, now) if task.id == key), None)
    if found is None:
        raise NotFound
    return found


async def create(session: Session, context: Context, farm_id: UUID, body: NewTask, now: datetime) -> Task:
    """Write a task down.

    Raises:
        NotFound, ReadOnlyMember, NotAMember, TaskExists
    """
    await may_write(session, context, farm_id)
    await one_writer(session, farm_id)
    await check_member(session, farm_id, body.assigned_to)
    values = body.model_dump() | {"id": body.id or new_id()}
    if not await repository.add(session, farm_id, values, context.user_id):
        raise TaskExists
    return await get(session, context, farm_id, values["id"], now)


async def change(
    session: Session,
    context: Context,
    farm_id: UUID,
    key: UUID,
    body: TaskChange,
    if_match: Precondition,
    now: datetime,
) -> Task:
    """Say that it is done, put it off, give it to somebody; move it, if it was written down.

    Raises:
        NotFound, ReadOnlyMember, MatchRequired, Stale, TaskFollows, NotAMember
    """
    before = await get(session, context, farm_id, key, now)
    await may_write(session, context, farm_id)
    await one_writer(session, farm_id)
    if_match.check(before.rev)
    said = body.model_dump(include=body.model_fields_set)
    moved = next((name for name in ("title", "due_on") if said.get(name) is not None), None)
    if before.rule is not None and moved:
        raise TaskFollows(moved)
    await check_member(session, farm_id, said.get("assigned_to"))
    row = await row_of(session, farm_id, before, now)
    row = row._replace(**{name: said[name] for name in ("note", "assigned_to", "snoozed_until") if name in said})
    if before.rule is None:
        row = row._replace(title=said.get("title") or row.title, due_on=said.get("due_on") or row.due_on)
    if said.get("done") is not None:
        today = (await place_of(session, farm_id)).today(now)
        row = row._replace(done_on=today, done_by=context.user_id) if said["done"] else undone(row)
    if not await repository.say(session, farm_id, row, context.user_id, before.rev):
        raise Stale
    return await get(session, context, farm_id, key, now)


def undone(row: TaskRow) -> TaskRow:
    """It is to be done again; what an event says it has done stays done."""
    return row._replace(done_on=None, done_by=None)


async def row_of(session: Session, farm_id: UUID, task: Task, now: datetime) -> TaskRow:
    """What is kept of a task, or nothing yet."""
    found = next((row for row in await repository.tasks(session, farm_id) if row.id == task.id), None)
    if found is not None:
        return found
    rules = {rule.name: rule for rule in rules_of(await repository.rules(session, farm_id))}
    sources = await repository.sources(session, farm_id, {rules[task.rule or ""].kind})
    event = next(each for each in sources if each.id == task.event_id)
    return nothing_said(task.id, task.rule or "", event)._replace(created_at=now, updated_at=now)


async def check_member(session: Session, farm_id: UUID, user_id: UUID | None) -> None:
    """Pass for members and nobody.

    Raises:
        NotAMember
    """
    if user_id is not None and not await repository.is_member(session, farm_id, user_id):
        raise NotAMember


async def rules(session: Session, context: Context, farm_id: UUID) -> TaskRules:
    """Every rule of a farm.

    Raises:
        NotFound: the user does not see the farm.
    """
    if await role_of(session, context, farm_id) is None:
        raise NotFound
    found = rules_of(await repository.rules(session, farm_id))
    names = ("name", "kind", "title", "days", "is_on")
    return TaskRules(rules=[TaskRule(**{name: getattr(rule, name) for name in names}) for rule in found])


async def set_rules(session: Session, context: Context, farm_id: UUID, body: NewTaskRules) -> TaskRules:
    """Set the rules of a farm.

    Raises:
        NotFound, ReadOnlyMember, RuleIncomplete
    """
    await may_write(session, context, farm_id)
    await one_writer(session, farm_id)
    rows: dict[str, RuleRow] = {}
    for at, said in enumerate(body.rules):
        usual = BY_NAME.get(said.name)
        kind = said.kind if usual is None else usual.kind
        title, days = (
            (said.title or (usual and usual.title)),
            (said.days if said.days is not None else usual and usual.days),
        )
        if kind is None or title is None or days is None or said.name in rows or said.kind not in (None, kind):
            raise RuleIncomplete(errors=[incomplete(at, said.name, twice=said.name in rows)])
        rows[said.name] = RuleRow(said.name, kind, title, days, said.is_on)
    await repository.set_rules(session, farm_id, rows.values())
    await projection.project(session, farm_id, None)
    return await rules(session, context, farm_id)


def incomplete(at: int, name: str, *, twice: bool) -> RowError:
    """What is wrong with one rule."""
    if twice:
        return RowError(row=at, field="rules", code="repeated_rule", message=f"{name} stands twice", fix="send it once")
    fix = "send kind, title and days; a usual rule keeps its kind"
    return RowError(row=at, field="rules", code="rule_incomplete", message=f"{name} is no usual rule", fix=fix)
