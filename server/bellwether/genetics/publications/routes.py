"""Addresses of publications."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from bellwether.genetics.publications import service
from bellwether.genetics.publications.schemas import ByNumber, NewPublication, Publication, Publications
from bellwether.platform.http.dependencies import Acting, Reading, Writing, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.problem_documents import documented
from bellwether.platform.http.schemas import Page

router = APIRouter(tags=["publications"])
READ, RUN = need("evaluation:read"), need("evaluation:run")
RACED = documented({409: "Another run is published than the one named, or the run has not succeeded"})


@router.post("/evaluations/{run_id}/publication", dependencies=[RUN], responses=RACED)
async def publish_evaluation(run_id: UUID, body: NewPublication, session: Writing, context: Acting) -> Publications:
    """Let the flocks of an evaluation go by it: rankings, trends and animals show its values from now on."""
    return Publications(items=await service.publish(session, context, run_id, body.replaces))


@router.get("/publications", dependencies=[READ])
async def list_publications(
    session: Reading,
    flock_id: Annotated[UUID, Query(description="Publications of this flock")],
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Page[Publication]:
    """Which runs a flock has gone by, the latest first."""
    last = ByNumber.read(cursor)
    found = await service.page(session, flock_id, None if last is None else last.number, limit + 1)
    return Page(items=found[:limit], next=ByNumber.after(found, limit))
