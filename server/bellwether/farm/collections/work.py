"""What is to be done, days in the yards with their templates, and the remedies that are given there."""

from typing import Literal

from bellwether.farm.collections.collection import Collection, Master, Write, columns, reading
from bellwether.farm.work.sessions import service as sessions
from bellwether.farm.work.sessions.schemas import NewSession, NewTemplate
from bellwether.farm.work.tasks import service as tasks
from bellwether.farm.work.tasks.schemas import NewTask, TaskChange
from bellwether.platform.http.preconditions import Precondition
from bellwether.platform.http.schemas import Schema

ANY = Precondition("*")


class SessionEnd(Schema):
    """The day is over."""

    closed: Literal[True]


async def write_down(write: Write, body: NewTask) -> None:
    """A task that follows from no event."""
    await tasks.create(write.session, write.context, write.farm_id, body, write.now)


async def say(write: Write, body: TaskChange) -> None:
    """That it is done, whose it is, until when it was put off."""
    await tasks.change(write.session, write.context, write.farm_id, write.id, body, ANY, write.now)


async def begin(write: Write, body: NewSession) -> None:
    """A day in the yards."""
    await sessions.create(write.session, write.context, write.farm_id, body)


async def close(write: Write, _body: SessionEnd) -> None:
    """Its end."""
    await sessions.close(write.session, write.context, write.farm_id, write.id, ANY)


async def keep_template(write: Write, body: NewTemplate) -> None:
    """What a kind of day records."""
    await sessions.create_template(write.session, write.context, write.farm_id, body)


async def drop_template(write: Write) -> None:
    """It is not wanted any more."""
    await sessions.remove_template(write.session, write.context, write.farm_id, write.id)


#: whom a task is about, which follows from the event that counts now
OF_EVENT = "(select e.%s from farm.event e where e.farm_id = t.farm_id and e.id = t.event_id)"
WRITTEN, SAID = reading(NewTask, write_down, "id"), reading(TaskChange, say)


COLLECTIONS = (
    Collection(
        "products",
        "product",
        columns(
            *("name", "actives", "route", "unit", "label_dose", "meat_days", "export_days", "milk_days"),
            *("created_at", "updated_at"),
        ),
        nested=frozenset({"actives"}),
    ),
    Collection(
        "product_batches",
        "product_batch",
        columns("product_id", "lot", "expires_on", "bought_on", "quantity", "created_at", "updated_at"),
    ),
    Collection(
        "session_templates",
        "session_template",
        columns("name", "kind", "traits", "fields", "created_at"),
        Master(reading(NewTemplate, keep_template, "id"), remove=drop_template),
        nested=frozenset({"traits", "fields"}),
    ),
    Collection(
        "sessions",
        "yard_session",
        columns(
            *("template_id", "kind", "name", "held_on", "operator", "devices", "group_id", "traits", "fields"),
            *("closed_at", "created_at", "updated_at"),
            closed="t.closed_at is not null",
        ),
        Master(reading(NewSession, begin, "id"), reading(SessionEnd, close)),
        nested=frozenset({"devices", "traits", "fields"}),
    ),
    Collection(
        "tasks",
        "task",
        columns(
            *("rule", "place", "event_id", "passes", "note", "assigned_to", "snoozed_until", "done_by"),
            *("created_at", "updated_at"),
            title="coalesce(t.title, t.follows_title)",
            due_on="coalesce(t.due_on, t.follows_on)",
            done_on="coalesce(t.done_on, t.follows_done_on)",
            done="coalesce(t.done_on, t.follows_done_on) is not null",
            animal_id=OF_EVENT % "animal_id",
            group_id=OF_EVENT % "group_id",
        ),
        Master(WRITTEN, SAID),
        shown="t.rule is null or t.event_id is not null",
    ),
)
