"""Every door that a service has: tokens, permissions, bodies, idempotency, ETag, limits, problems.

The service under test is made of three routes on the real database; what is shown here holds for every service.
"""

import asyncio
import time
from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest
from bellwether.platform.http import problem_documents
from bellwether.platform.http.dependencies import IfMatch, Me, Once, Reading, Writing, costly, need
from bellwether.platform.http.preconditions import etag
from bellwether.platform.http.schemas import Schema
from bellwether.platform.http.service_app import create_app
from bellwether.platform.ids import new_id
from fastapi import APIRouter
from sqlalchemy import text


class Note(Schema):
    """What the test service takes."""

    words: str
    n: int = 1


class Made(Schema):
    """What the test service gives."""

    id: str
    words: str


router = APIRouter()
PATH = "/api/v1/research/notes"


@router.post("/notes", dependencies=[need("flock:write")])
async def make(note: Note, session: Writing, once: Once):
    async def use_case() -> Made:
        await asyncio.sleep(0.2 if note.words == "slow" else 0)
        # any table of the schema will do as an effect to count
        await session.execute(
            text("insert into rate_bucket values (:k, 0, now())"), {"k": f"effect {note.words} {new_id()}"}
        )
        if note.words == "full":
            raise asyncpg.DiskFullError("could not extend file: No space left on device")
        if note.words == "fail":
            raise RuntimeError("broken on purpose")
        return Made(id=str(new_id()), words=note.words)

    return await once(use_case, headers=etag(1))


@router.get("/notes", dependencies=[need("flock:read")])
async def who(me: Me, session: Reading) -> dict[str, str]:
    user = (await session.execute(text("select current_setting('app.user_id')"))).scalar_one()
    return {"me": str(me.user_id), "database": user}


@router.put("/notes/1", dependencies=[need("flock:write")])
async def change(_note: Note, if_match: IfMatch, _session: Writing) -> dict[str, str]:
    if_match.check(7)
    return {"ok": "yes"}


@router.post("/notes/costly", dependencies=[need("flock:write"), costly("notes", per_minute=1, burst=5)])
async def dear() -> dict[str, str]:
    return {"ok": "yes"}


@router.delete("/notes/1", dependencies=[need("flock:write", fresh=True)])
async def drop() -> dict[str, str]:
    return {"ok": "yes"}


@router.get("/notes/1", dependencies=[need("flock:read", fresh=True, aal2=True)])
async def secret() -> dict[str, str]:
    return {"ok": "yes"}


@pytest.fixture(scope="session")
async def app(platform, settings_of):
    app = create_app("research", [router], platform, settings_of("research"))
    yield app
    await app.state.database.close()


@pytest.fixture
async def client(app) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def effects(app, words: str) -> int:
    async with app.state.database.engine.connect() as connection:
        statement = text("select count(*) from rate_bucket where k like :k")
        return int((await connection.execute(statement, {"k": f"effect {words} %"})).scalar())


def is_problem(response: httpx.Response, status: int, code: str) -> bool:
    body = response.json()
    assert response.headers["content-type"] == "application/problem+json", response.text
    assert (response.status_code, body["status"], body["code"]) == (status, status, code), response.text
    assert body["instance"].startswith("/api/v1/research")
    return True


async def test_a_good_token_acts_in_the_database(client, auth) -> None:
    user = new_id()
    answer = await client.get(PATH, headers=auth.bearer(user))
    assert answer.json() == {"me": str(user), "database": str(user)}


RECENT, FACTORS = "This needs a sign-in of the last 10 minutes", "This needs two factors"


@pytest.mark.parametrize(
    ("method", "acr", "age", "what", "asks"),
    [
        ("DELETE", "aal1", 590, None, None),
        ("DELETE", "aal2", 610, RECENT, 'max_age="600"'),
        ("GET", "aal2", 590, None, None),
        ("GET", "aal1", 0, FACTORS, 'acr_values="aal2", max_age="600"'),
        ("GET", "aal2", 610, RECENT, 'acr_values="aal2", max_age="600"'),
    ],
)
async def test_what_is_sensitive_asks_for_a_fresh_proof(client, auth, method, acr, age, what, asks) -> None:
    token = auth.token(acr=acr, auth_time=int(time.time()) - age)
    answer = await client.request(method, f"{PATH}/1", headers={"Authorization": f"Bearer {token}"})
    if what is None:
        assert answer.status_code == 200
        return
    assert is_problem(answer, 401, "step_up_required")
    challenge = f'Bearer error="insufficient_user_authentication", error_description="{what}", {asks}'
    assert answer.headers["www-authenticate"] == challenge


@pytest.mark.parametrize("header", [None, "", "Basic abc", "Bearer", "Bearer x.y.z", "Bearer " + "x" * 5000])
async def test_no_token_or_rubbish_is_refused(client, header) -> None:
    headers = {} if header is None else {"Authorization": header}
    assert is_problem(await client.get(PATH, headers=headers), 401, "not_authenticated")


async def test_a_flood_of_unknown_keys_causes_few_fetches(client, auth) -> None:
    before = len(auth.requests)
    for _ in range(30):
        await client.get(PATH, headers=auth.bearer(headers={"typ": "at+jwt", "kid": str(new_id())}))
    assert len([path for path in auth.requests[before:] if "jwks" in path]) <= 1


@pytest.mark.parametrize("roles", [[], ["student"], ["administrator"], ["no-such-role"]])
async def test_a_role_without_the_permission_is_refused(client, auth, app, roles) -> None:
    answer = await client.post(PATH, headers=auth.bearer(roles=roles), json={"words": "refused"})
    assert is_problem(answer, 403, "not_allowed")
    assert await effects(app, "refused") == 0


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"words": ', 400, "malformed_json"),
        (b"\xff\xfe", 400, "malformed_json"),
        (b'{"words": "bad", "wrods": 1}', 422, "unknown_field"),
        (b'{"n": 1}', 422, "invalid"),
        (b'{"words": "bad", "n": "many"}', 422, "invalid"),
        (b"[]", 422, "invalid"),
        (b"[" * 40_000, 400, "malformed_json"),
        (b"[" * 300_000, 413, "body_too_large"),
        (b'{"n": ' + b"9" * 5000 + b"}", 400, "malformed_json"),
    ],
)
async def test_a_bad_body_names_the_rule_and_writes_nothing(client, auth, app, body, status, code) -> None:
    headers = auth.bearer() | {"content-type": "application/json"}
    answer = await client.post(PATH, headers=headers, content=body)
    assert is_problem(answer, status, code)
    assert await effects(app, "bad") == 0


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x", None])
async def test_a_body_that_does_not_call_itself_json(client, auth, app, kind) -> None:
    headers = auth.bearer() | ({"content-type": kind} if kind else {})
    answer = await client.post(PATH, headers=headers, content=b'{"words": "bad"}')
    assert is_problem(answer, 415, "unsupported_media_type")
    assert await effects(app, "bad") == 0


async def test_a_body_over_the_limit_is_refused_by_its_length_and_by_its_stream(client, auth) -> None:
    async def stream() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield b"x" * 10_000

    headers = auth.bearer() | {"content-type": "application/json"}
    assert is_problem(await client.post(PATH, headers=headers, content=b"x" * 1_000_001), 413, "body_too_large")
    assert is_problem(await client.post(PATH, headers=headers, content=stream()), 413, "body_too_large")


async def test_a_full_disk_is_said_and_nothing_is_written(client, auth, app) -> None:
    answer = await client.post(PATH, headers=auth.bearer(), json={"words": "full"})
    assert is_problem(answer, 507, "disk_full")
    assert answer.headers["retry-after"] == "60"
    assert await effects(app, "full") == 0


async def test_one_key_and_body_have_one_effect_and_one_answer(client, auth, app) -> None:
    headers = auth.bearer() | {"Idempotency-Key": '"k-1"'}
    answers = [await client.post(PATH, headers=headers, json={"words": "once"}) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert {answer.headers["etag"] for answer in answers} == {'"1"'}
    assert await effects(app, "once") == 1
    other = await client.post(PATH, headers=headers, json={"words": "other"})
    assert is_problem(other, 422, "idempotency_key_reused")


async def test_a_key_belongs_to_its_user(client, auth, app) -> None:
    for _ in range(2):
        await client.post(PATH, headers=auth.bearer() | {"Idempotency-Key": "same"}, json={"words": "two-users"})
    assert await effects(app, "two-users") == 2


async def test_a_request_that_is_still_running_answers_409(client, auth, app) -> None:
    headers = auth.bearer() | {"Idempotency-Key": "slow"}
    answers = await asyncio.gather(*(client.post(PATH, headers=headers, json={"words": "slow"}) for _ in range(4)))
    codes = sorted(answer.status_code for answer in answers)
    assert codes[0] == 201
    assert set(codes[1:]) <= {201, 409}
    assert await effects(app, "slow") == 1


async def test_a_failure_stores_neither_effect_nor_key_and_hides_its_cause(client, auth, app) -> None:
    headers = auth.bearer() | {"Idempotency-Key": "f"}
    answer = await client.post(PATH, headers=headers, json={"words": "fail"})
    assert is_problem(answer, 500, "internal")
    assert "broken on purpose" not in answer.text
    assert await effects(app, "fail") == 0
    assert (await client.post(PATH, headers=headers, json={"words": "good"})).status_code == 201


async def test_what_breaks_does_not_break_the_connection(app, auth) -> None:
    headers = auth.bearer() | {"X-Request-Id": "a-broken-request"}
    # an exception that leaves the application makes the server close a connection that others use too
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.post(PATH, headers=headers, json={"words": "fail"})
    assert is_problem(answer, 500, "internal")
    assert answer.headers["x-request-id"] == "a-broken-request"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_database_that_is_away_is_503(platform, settings_of, auth) -> None:
    away = settings_of("research").model_copy(update={"database_url": "postgresql://research_app@127.0.0.1:1/none"})
    app = create_app("research", [router], platform, away)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        for answer in (
            await client.post(PATH, headers=auth.bearer(), json={"words": "away"}),
            await client.get(PATH, headers=auth.bearer()),
        ):
            assert is_problem(answer, 503, "unavailable")
            assert answer.headers["retry-after"] == "2"
    await app.state.database.close()


@pytest.mark.parametrize(
    ("header", "status"), [(None, 428), ('"6"', 412), ("*x", 412), ('"7"', 200), ('"6", "7"', 200)]
)
async def test_if_match(client, auth, header, status) -> None:
    headers = auth.bearer() | ({"If-Match": header} if header else {})
    answer = await client.put(f"{PATH}/1", headers=headers, json={"words": "x"})
    assert answer.status_code == status
    if status == 412:
        assert answer.headers["etag"] == '"7"'


async def test_an_empty_bucket_answers_429_with_retry_after(platform, settings_of, auth) -> None:
    settings = settings_of("research").model_copy(update={"requests_per_second": 1.0, "request_burst": 3.0})
    app = create_app("research", [router], platform, settings)
    headers = auth.bearer()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        answers = [await client.get(PATH, headers=headers) for _ in range(4)]
        others = await client.get(PATH, headers=auth.bearer())
    await app.state.database.close()
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert is_problem(answers[3], 429, "too_many_requests")
    assert int(answers[3].headers["retry-after"]) >= 1
    assert answers[0].headers["ratelimit"] == '"default";r=2;t=1'
    assert others.status_code == 200


async def test_a_refusal_for_too_much_is_not_in_a_hurry(platform, settings_of, auth, monkeypatch) -> None:
    monkeypatch.setattr(problem_documents, "REFUSED_AFTER_S", 3_600)
    settings = settings_of("research").model_copy(update={"requests_per_second": 0.001, "request_burst": 1.0})
    app = create_app("research", [router], platform, settings)
    headers = auth.bearer()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        assert (await client.get(PATH, headers=headers)).status_code == 200
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.get(PATH, headers=headers), 0.5)
        assert (await client.get(PATH, headers=auth.bearer())).status_code == 200
    await app.state.database.close()


async def test_what_is_costly_has_an_exact_limit_in_the_database(client, auth) -> None:
    headers = auth.bearer()
    answers = await asyncio.gather(*(client.post(f"{PATH}/costly", headers=headers) for _ in range(12)))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [429] * 7
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert is_problem(refused, 429, "too_many_requests")
    assert 1 <= int(refused.headers["retry-after"]) <= 61
    assert (await client.post(f"{PATH}/costly", headers=auth.bearer())).status_code == 200


async def test_request_id_and_security_headers(client, auth) -> None:
    given = await client.get(PATH, headers=auth.bearer() | {"X-Request-Id": "abcdefgh-1"})
    forged = await client.get(PATH, headers=auth.bearer() | {"X-Request-Id": "a b'; drop"})
    assert given.headers["x-request-id"] == "abcdefgh-1"
    assert "drop" not in forged.headers["x-request-id"]
    assert given.headers["x-content-type-options"] == "nosniff"
    assert given.headers["cache-control"] == "no-store"


async def test_unknown_addresses_and_verbs_are_problems(client) -> None:
    assert is_problem(await client.get("/api/v1/research/nothing"), 404, "not_found")
    assert is_problem(await client.delete(PATH), 405, "method_not_allowed")


async def test_health_readiness_and_metrics(client, scraping) -> None:
    assert (await client.get("/healthz")).json()["status"] == "up"
    assert (await client.get("/readyz")).json() == {"status": "ready", "missing": {}}
    for wrong in ({}, {"Authorization": "Bearer guessed"}, {"Authorization": "Bearer "}, {"Authorization": "x"}):
        assert (await client.get("/metrics", headers=wrong)).status_code == 401
    assert "bellwether_http_requests_total" in (await client.get("/metrics", headers=scraping)).text
