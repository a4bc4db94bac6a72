"""The job resource over HTTP: list, get, cancel, retry, the stream of changes, and who may."""

import json
from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest
from bellwether.platform.http.service_app import create_app
from bellwether.platform.ids import new_id
from bellwether.platform.jobs import routes as job_routes_module
from bellwether.platform.jobs.routes import job_routes
from bellwether.platform.jobs.schemas import Job
from bellwether.platform.problems import NotAuthenticated, NotFound
from patience import PATIENCE_S

BASE = "http://research/api/v1/research/jobs"
VIEWER = "insert into farm.membership (farm_id, user_id, role) values ($1, $2, 'viewer')"
pytestmark = pytest.mark.usefixtures("worker")


@pytest.fixture
async def http(platform, settings_of) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(
        "research", [job_routes("research", read="flock:read", change="flock:write")], platform, settings_of("research")
    )
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport) as client:
        yield client


async def test_a_job_by_http(http, auth, research, farm) -> None:
    me = auth.bearer(farm.user.user_id, ("farmer",))
    job = await research.submit("contract", {"steps": 2})
    await research.wait(job.id)
    found = (await http.get(f"{BASE}/{job.id}", headers=me)).json()
    assert (found["state"], found["kind"], found["service"]) == ("succeeded", "research.contract", "research")
    page = (await http.get(BASE, params={"limit": 1, "state": "succeeded"}, headers=me)).json()
    assert [each["id"] for each in page["items"]] == [str(job.id)]
    assert page["next"] is None
    answer = await http.post(f"{BASE}/{job.id}/retry", headers=me)
    assert (answer.status_code, answer.json()["code"]) == (409, "job_not_retryable")


async def test_pages_follow_the_cursor(http, auth, research, farm) -> None:
    me = auth.bearer(farm.user.user_id, ("farmer",))
    made = [str((await research.submit("contract", {"steps": 0})).id) for _ in range(5)]
    found, cursor = [], None
    while True:
        parameters = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await http.get(BASE, params=parameters, headers=me)).json()
        found += [each["id"] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == made[::-1]
    assert (await http.get(BASE, params={"cursor": "WyJ4Il0"}, headers=me)).status_code == 422


async def test_the_stream_tells_each_change_and_ends_with_the_job(http, auth, research, farm) -> None:
    me = auth.bearer(farm.user.user_id, ("farmer",))
    job = await research.submit("contract", {"steps": 3, "seconds": 0.4})
    seen = []
    async with http.stream("GET", f"{BASE}/{job.id}/events", headers=me, timeout=PATIENCE_S) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                seen.append(json.loads(line.removeprefix("data: ")))
    assert seen[-1]["state"] == "succeeded"
    progress = [each["progress"] for each in seen]
    assert progress == sorted(progress)
    assert len({each["stage"] for each in seen}) >= 3


async def test_the_stream_outlives_an_outage_and_ends_for_who_may_not_see_it_any_more(monkeypatch, research) -> None:
    job = await research.submit("nobody-runs-this", {})
    running = job.model_copy(update={"state": "running", "error": None})
    ended = job.model_copy(update={"state": "succeeded", "error": None})
    answers = [ConnectionRefusedError(), asyncpg.CannotConnectNowError(), running, ended]

    async def find(*_: object) -> Job:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(job_routes_module, "find", find)
    monkeypatch.setattr(job_routes_module, "POLL_S", 0)
    told = job_routes_module.changes(None, "research", job)
    assert [json.loads(line[6:])["state"] async for line in told] == ["queued", "running", "succeeded"]
    for end in (NotFound(), NotAuthenticated()):
        answers = [end]
        told = job_routes_module.changes(None, "research", job)
        assert [json.loads(line[6:])["state"] async for line in told] == ["queued"]


async def test_cancel_by_http(http, auth, research, farm) -> None:
    me = auth.bearer(farm.user.user_id, ("farmer",))
    job = await research.submit("contract", {"steps": 50, "seconds": 0.1})
    assert (await http.post(f"{BASE}/{job.id}/cancel", headers=me)).status_code == 200
    assert (await research.wait(job.id)).state == "cancelled"
    answer = await http.post(f"{BASE}/{job.id}/retry", headers=me)
    assert (answer.status_code, answer.json()["attempt"]) == (202, 2)
    await http.post(f"{BASE}/{job.id}/cancel", headers=me)


async def test_a_viewer_looks_and_the_owner_decides(http, auth, research, farm, admin) -> None:
    job, viewer = await research.submit("contract", {"steps": 50, "seconds": 0.1}), new_id()
    await admin.execute(VIEWER, farm.id, viewer)
    them = auth.bearer(viewer, ("farmer",))
    assert (await http.get(f"{BASE}/{job.id}", headers=them)).status_code == 200
    assert [each["id"] for each in (await http.get(BASE, headers=them)).json()["items"]] == [str(job.id)]
    for verb in ("cancel", "retry"):
        answer = await http.post(f"{BASE}/{job.id}/{verb}", headers=them)
        assert (answer.status_code, answer.json()["code"]) == (403, "job_not_yours")
    me = auth.bearer(farm.user.user_id, ("farmer",))
    assert (await http.post(f"{BASE}/{job.id}/cancel", headers=me)).status_code == 200
    assert (await research.wait(job.id)).state == "cancelled"
    assert (await http.post(f"{BASE}/{job.id}/retry", headers=them)).status_code == 403


async def test_who_may(http, auth, research) -> None:
    job = await research.submit("contract", {"steps": 0})
    stranger = auth.bearer(new_id(), ("farmer",))
    for method, path in (("GET", ""), ("POST", "/cancel"), ("POST", "/retry"), ("GET", "/events")):
        assert (await http.request(method, f"{BASE}/{job.id}{path}")).status_code == 401
        assert (await http.request(method, f"{BASE}/{job.id}{path}", headers=stranger)).status_code == 404
    assert (await http.get(BASE, headers=stranger)).json() == {"items": [], "next": None}
