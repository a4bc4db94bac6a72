"""Paths under /farms/{id}: tasks, task-rules, tasks.ics."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from bellwether.farm.schemas import Day
from bellwether.farm.work.tasks import service
from bellwether.farm.work.tasks.schemas import NewTask, NewTaskRules, Task, TaskChange, TaskRules
from bellwether.platform.http.answers import with_etag
from bellwether.platform.http.dependencies import Acting, IfMatch, Once, Reading, Writing, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.preconditions import etag
from bellwether.platform.http.schemas import Page

router = APIRouter(prefix="/farms/{farm_id}", tags=["tasks"])
CALENDAR = "text/calendar"
FILE: dict[int | str, dict[str, object]] = {200: {"content": {CALENDAR: {"schema": {"type": "string"}}}}}
Until = Annotated[Day | None, Query(description="Only what is due on this day or earlier")]


@router.get("/tasks", dependencies=[need("flock:read")])
async def list_tasks(
    session: Reading,
    context: Acting,
    farm_id: UUID,
    state: service.Wanted = "open",
    until: Until = None,
    assigned_to: UUID | None = None,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Page[Task]:
    """What is to be done, by its day: what follows from events, and what was written down."""
    asked = (state, until, assigned_to, datetime.now(UTC), limit, cursor)
    return await service.page(session, context, farm_id, *asked)


@router.post("/tasks", status_code=201, response_model=Task, dependencies=[need("flock:write")])
async def create_task(session: Writing, context: Acting, once: Once, farm_id: UUID, body: NewTask) -> Response:
    """Write down something that is to be done."""

    def place(made: Task) -> dict[str, str]:
        return {"Location": f"/api/v1/farm/farms/{farm_id}/tasks/{made.id}", **etag(made.rev)}

    return await once(lambda: service.create(session, context, farm_id, body, datetime.now(UTC)), headers=place)


@router.get("/tasks.ics", dependencies=[need("flock:read")], response_class=Response, responses=FILE)
async def tasks_as_calendar(session: Reading, context: Acting, farm_id: UUID) -> Response:
    """Open tasks as iCalendar, for whoever can send a token; a calendar that cannot follows a feed."""
    body = await service.calendar(session, context, farm_id, datetime.now(UTC))
    return Response(body, media_type=CALENDAR)


@router.get("/tasks/{task_id}", dependencies=[need("flock:read")])
async def get_task(session: Reading, context: Acting, farm_id: UUID, task_id: UUID, response: Response) -> Task:
    """One task."""
    return with_etag(response, await service.get(session, context, farm_id, task_id, datetime.now(UTC)))


@router.patch("/tasks/{task_id}", dependencies=[need("flock:write")])
async def change_task(
    session: Writing,
    context: Acting,
    farm_id: UUID,
    task_id: UUID,
    body: TaskChange,
    if_match: IfMatch,
    response: Response,
) -> Task:
    """Done, put off, given to somebody; title and day of a task that follows from an event follow from it."""
    changed = await service.change(session, context, farm_id, task_id, body, if_match, datetime.now(UTC))
    return with_etag(response, changed)


@router.get("/task-rules", dependencies=[need("flock:read")])
async def get_task_rules(session: Reading, context: Acting, farm_id: UUID) -> TaskRules:
    """How many days after which event something is to be done."""
    return await service.rules(session, context, farm_id)


@router.put("/task-rules", dependencies=[need("flock:write")])
async def set_task_rules(session: Writing, context: Acting, farm_id: UUID, body: NewTaskRules) -> TaskRules:
    """Set them; a usual rule that is absent is as usual, one of the farm's own is gone."""
    return await service.set_rules(session, context, farm_id, body)
