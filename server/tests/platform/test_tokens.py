"""Which tokens a service takes, by the cases that the Bun side reads too, and how soon it knows of an ended session."""

import base64
import json
import time
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from bellwether.platform.http.dependencies import Me
from bellwether.platform.http.rate_limits import Buckets
from bellwether.platform.identity import revocations
from bellwether.platform.identity.published_documents import KEEP_S, Remote
from bellwether.platform.identity.tokens import Verifier
from bellwether.platform.ids import new_id
from bellwether.platform.problems import NotAllowed, NotAuthenticated, SessionsUnknown
from bellwether.platform.settings import PlatformSettings
from bellwether.platform.testing.auth_double import HEADERS, AuthDouble
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI, Request

CASES = json.loads((Path(__file__).parents[3] / "contracts/cases/tokens.json").read_text())


def encoded(part: dict[str, object]) -> str:
    """A part of a token."""
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def token_of(auth: AuthDouble, case: dict[str, Any]) -> str:
    """The token that a case describes (contracts/cases/README.md)."""
    if "text" in case:
        return str(case["text"])
    now = int(time.time())
    times = {name: now + offset for name, offset in case.get("times", {}).items()}
    claims = auth.claims() | times | case.get("claims", {}) | {"padding": "x" * case.get("padding", 0)}
    claims = {name: value for name, value in claims.items() if name not in case.get("without", ())}
    header = {**HEADERS, "alg": "ES256"} | case.get("header", {})
    header = {name: value for name, value in header.items() if name not in case.get("without_header", ())}
    signed = case.get("signed")
    if signed == "none":
        return f"{encoded(header | {'alg': 'none'})}.{encoded(claims)}."
    content = f"{encoded(header | ({'alg': 'HS256'} if signed == 'hs256' else {}))}.{encoded(claims)}"
    key = ec.generate_private_key(ec.SECP256R1()) if signed == "stranger" else auth.key
    if signed == "hs256":
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        secret = auth.key.public_key().public_bytes(serialization.Encoding.PEM, form)
        # PyJWT signs with no public key, so the library below it does
        signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(content.encode(), secret)
    else:
        signature = jwt.algorithms.ECAlgorithm(jwt.algorithms.ECAlgorithm.SHA256).sign(content.encode(), key)
    if signed == "altered":
        signature = bytes([signature[0] ^ 1]) + signature[1:]
    elif signed == "shortened":
        signature = signature[:-3]
    return f"{content}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["what"])
async def test_the_cases_of_both_sides(platform: PlatformSettings, auth: AuthDouble, case: dict[str, Any]) -> None:
    try:
        await Verifier(platform).principal(f"Bearer {token_of(auth, case)}")
        accepted = True
    except NotAuthenticated:
        accepted = False
    assert accepted == case["accepted"]


async def test_the_scheme_is_read_as_http_says(platform: PlatformSettings, auth: AuthDouble) -> None:
    verifier, token = Verifier(platform), auth.token()
    assert (await verifier.principal(f"bearer {token}")).roles == ("farmer",)
    for header in (None, "", token, f"Basic {token}", f"Bearer {token} {token}", f"Bearer  {token}", "Bearer"):
        with pytest.raises(NotAuthenticated):
            await verifier.principal(header)


async def test_a_user_is_known_once_the_token_was_verified(platform: PlatformSettings, auth: AuthDouble) -> None:
    verifier, token = Verifier(platform), auth.token()
    assert verifier.known(f"Bearer {token}") is None
    me = await verifier.principal(f"Bearer {token}")
    assert verifier.known(f"Bearer {token}") == verifier.known(f"bearer {token}") == str(me.user_id)
    assert [verifier.known(header) for header in ("", "Bearer", token, f"Basic {token}", f"Bearer {token}x")] == [
        None
    ] * 5


@pytest.mark.parametrize(
    ("scope", "granted"),
    [
        ("flock:read", {"flock:read"}),
        ("flock:read evaluation:read", {"flock:read", "evaluation:read"}),
        ("flock:read user:role", {"flock:read"}),
        ("openid", set()),
        ("", set()),
    ],
)
async def test_a_scope_narrows_the_permissions_of_the_roles_and_widens_none(
    platform: PlatformSettings, auth: AuthDouble, scope: str, granted: set[str]
) -> None:
    me = await Verifier(platform).principal(auth.bearer(scope=scope)["Authorization"])
    assert me.permissions == granted


ACT = {"sub": "018f3c5e-7b1a-7c3d-9e2f-0a1b2c3d4e5f", "sid": "of-the-administrator"}


@pytest.mark.parametrize(
    ("method", "path", "may"),
    [
        ("GET", "/api/v1/farm/farms", True),
        ("HEAD", "/api/v1/farm/farms", True),
        ("POST", "/api/v1/farm/farms/1/animals/query", True),
        ("POST", "/graphql", True),
        ("POST", "/brapi/v2/search/germplasm", True),
        ("POST", "/api/v1/farm/farms/1/exports", False),
        ("POST", "/api/v1/farm/farms/1/calendar-feeds", False),
        ("POST", "/api/v1/farm/devices/1/sign-out", False),
        ("PUT", "/api/v1/farm/animals/query", False),
        ("PATCH", "/api/v1/farm/farms/1/animals/2", False),
        ("DELETE", "/api/v1/farm/farms/1", False),
    ],
)
async def test_who_acts_as_a_user_reads_only(
    platform: PlatformSettings, auth: AuthDouble, method: str, path: str, may: bool
) -> None:
    verifier = Verifier(platform)
    acting = await verifier.principal(auth.bearer(act=ACT)["Authorization"])
    assert acting.may_ask(method, path) is may
    assert (await verifier.principal(auth.bearer()["Authorization"])).may_ask(method, path)


async def test_who_acts_as_a_user_is_refused_at_the_door(auth: AuthDouble, platform: PlatformSettings) -> None:
    app = FastAPI()
    app.state.verifier, app.state.buckets = Verifier(platform), Buckets(60, 60)

    @app.middleware("http")
    async def state(request: Request, call: Any) -> Any:
        request.state.rate_headers = {}
        return await call(request)

    @app.api_route("/thing", methods=["GET", "POST"])
    async def thing(_: Me) -> bool:
        return True

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        header = auth.bearer(act=ACT)
        assert (await client.get("/thing", headers=header)).status_code == 200
        with pytest.raises(NotAllowed):
            await client.post("/thing", headers=header)
        assert (await client.post("/thing", headers=auth.bearer())).status_code == 200


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A clock for the feed that is moved by hand."""
    now = [1000.0]
    monkeypatch.setattr(revocations.time, "monotonic", lambda: now[0])
    return now


async def test_an_ended_session_is_refused_within_five_seconds(
    platform: PlatformSettings, auth: AuthDouble, at: Any
) -> None:
    verifier, sid = Verifier(platform), str(new_id())
    header = auth.bearer(sid=sid)["Authorization"]
    me = await verifier.principal(header)
    auth.revoked.add(sid)
    at[0] += 5
    with pytest.raises(NotAuthenticated):
        await verifier.principal(header)
    with pytest.raises(NotAuthenticated):
        await verifier.refuse_ended(me)
    auth.revoked.discard(sid)
    at[0] += 100
    with pytest.raises(NotAuthenticated):  # the feed tells an end for a while only; it is kept as long as a token lives
        await verifier.principal(header)


@pytest.mark.parametrize("nth", [0, 1])
async def test_a_program_is_out_when_what_it_was_allowed_ends_or_it_is_removed(
    platform: PlatformSettings, auth: AuthDouble, at: Any, nth: int
) -> None:
    stands_on = [f"grant.{new_id()}", f"program.{new_id()}"]
    verifier, header = Verifier(platform), auth.bearer(stands_on=stands_on)["Authorization"]
    me = await verifier.principal(header)
    auth.revoked.add(stands_on[nth])
    at[0] += 5
    with pytest.raises(NotAuthenticated):
        await verifier.principal(header)
    with pytest.raises(NotAuthenticated):
        await verifier.refuse_ended(me)


async def test_who_acts_as_a_user_is_out_when_their_own_session_ends(
    platform: PlatformSettings, auth: AuthDouble, at: Any
) -> None:
    verifier, header = Verifier(platform), auth.bearer(act=ACT)["Authorization"]
    await verifier.principal(header)
    auth.revoked.add(ACT["sid"])
    at[0] += 5
    with pytest.raises(NotAuthenticated):
        await verifier.principal(header)
    auth.revoked.discard(ACT["sid"])
    at[0] += 900
    with pytest.raises(NotAuthenticated):  # an end is kept as long as such a token lives
        await verifier.principal(header)


async def test_requests_in_between_read_the_feed_once(platform: PlatformSettings, auth: AuthDouble, at: Any) -> None:
    verifier = Verifier(platform)
    await verifier.principal(auth.bearer()["Authorization"])
    before = len(auth.requests)
    for _ in range(50):
        await verifier.principal(auth.bearer()["Authorization"])
    assert len(auth.requests) == before
    at[0] += 5
    for _ in range(50):
        await verifier.principal(auth.bearer()["Authorization"])
    assert [path.partition("?")[0] for path in auth.requests[before:]] == ["/api/v1/auth/internal/revocations"]


async def test_a_feed_that_is_away_counts_for_half_a_minute(
    platform: PlatformSettings, auth: AuthDouble, at: Any
) -> None:
    verifier = Verifier(platform)
    header = auth.bearer()["Authorization"]
    await verifier.principal(header)
    auth.is_down = True
    try:
        at[0] += 29
        await verifier.principal(header)
        at[0] += 2
        with pytest.raises(SessionsUnknown) as refused:
            await verifier.principal(header)
        assert (refused.value.status, refused.value.headers["Retry-After"]) == (503, "1")
    finally:
        auth.is_down = False
    at[0] += 2
    await verifier.principal(header)


async def test_without_the_secret_of_the_services_nobody_is_let_in(
    platform: PlatformSettings, auth: AuthDouble, tmp_path: Path
) -> None:
    stranger = platform.model_copy(update={"service_secret_file": tmp_path / "none"})
    with pytest.raises(SessionsUnknown):
        await Verifier(stranger).principal(auth.bearer()["Authorization"])


async def test_the_feed_is_read_again_after_a_read_that_hung(
    platform: PlatformSettings, auth: AuthDouble, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    verifier = Verifier(platform)

    async def hang(*_args: object, **_kwargs: object) -> httpx.Response:
        raise httpx.ReadTimeout("too slow")

    with monkeypatch.context() as patch:
        patch.setattr(verifier._revocations._client, "get", hang)
        with pytest.raises(SessionsUnknown):
            await verifier.principal(auth.bearer()["Authorization"])
    at[0] += 2
    await verifier.principal(auth.bearer()["Authorization"])


async def test_the_keys_outlive_an_outage_of_an_hour_and_not_one_of_a_day(
    platform: PlatformSettings, auth: AuthDouble
) -> None:
    now = [0.0]
    keys = Remote(f"{platform.auth_url}/.well-known/jwks.json", clock=lambda: now[0])
    known = await keys.get()
    assert known
    auth.is_down = True
    try:
        now[0] += 3600
        assert await keys.get() == known
        now[0] += KEEP_S
        assert await keys.get() is None
    finally:
        auth.is_down = False
    now[0] += 60
    assert await keys.get() == known
