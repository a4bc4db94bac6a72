"""Addresses of joint runs."""

from uuid import UUID

from fastapi import APIRouter

from bellwether.genetics.joint_runs import service
from bellwether.genetics.joint_runs.schemas import ByPlace, SharedSire, Shares
from bellwether.platform.http.dependencies import Acting, Reading, Writing, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.problem_documents import documented
from bellwether.platform.http.schemas import Page

router = APIRouter(prefix="/evaluations/{run_id}", tags=["agreements"])
READ, RUN = need("evaluation:read"), need("evaluation:run")
GONE = documented({409: "The run has not succeeded, or a farm has left since it read the records"})


@router.post("/shares", dependencies=[RUN], responses=GONE)
async def hand_out_evaluation(run_id: UUID, session: Writing, context: Acting) -> Shares:
    """Give each farm of a joint run its share: an evaluation with its own animals and the shared sires. Which of its
    evaluations a flock goes by is for its farm to say, by publishing one."""
    return Shares(items=await service.hand_out(session, context, run_id))


@router.get("/shared-sires", dependencies=[READ])
async def list_shared_sires(
    run_id: UUID, session: Reading, limit: Limit = 100, cursor: CursorText = None
) -> Page[SharedSire]:
    """The sires with progeny or own records on several farms, of a farm's share."""
    last = ByPlace.read(cursor)
    found = await service.sires(session, run_id, 0 if last is None else last.number, limit + 1)
    return Page(items=found[:limit], next=ByPlace.after(found, limit))
