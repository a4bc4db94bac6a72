"""A program sends a browser here: somebody signs in, allows or refuses, and connects a device; authlib asks for it."""

import re
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest
from authlib.integrations.httpx_client import OAuth2Client
from bellwether.commands.people.user import set_roles
from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions

from .browser import Browser, window_on
from .conftest import PASSWORD, Platform
from .test_sign_in import MAKE, ask, enrol, until_at

# the first test may have to fetch a browser
pytestmark = pytest.mark.timeout(900)


@dataclass
class Site:
    """A program at another site, with one page from which it sends a browser anywhere."""

    url: str
    leads_to: str = ""


@pytest.fixture
def site() -> Iterator[Site]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(f"<title>Notebooks</title><a href='{found.leads_to}'>Log in</a>".encode())

        def log_message(self, *_: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Answer)
    found = Site(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()


@dataclass
class Somebody:
    email: str
    recovery: str


def somebody(window: Browser) -> Somebody:
    """With an app, recovery codes and a passkey; signed out again."""
    email = f"u{uuid4().hex[:12]}@example.org"
    known = {"email": email, "password": PASSWORD}
    ask(window, "POST", "/register", body={**known, "name": "Mary Hill"})
    token, recovery = enrol(window, ask(window, "POST", "/login", body=known)[1]["access_token"])
    made = window.driver.execute_async_script(MAKE, ask(window, "POST", "/passkeys/registration", token)[1])
    status, kept = ask(window, "POST", "/passkeys", token, {"name": "This browser", "passkey": made})
    assert status == 201, (kept, made)
    window.driver.delete_all_cookies()
    return Somebody(email, recovery)


def program(whole: Platform, window: Browser, callback: str) -> tuple[OAuth2Client, dict[str, Any]]:
    """A program that an administrator has let in, and what the platform says of itself."""
    boss = {"email": f"b{uuid4().hex[:12]}@example.org", "password": PASSWORD}
    ask(window, "POST", "/register", body={**boss, "name": "The Boss"})
    set_roles(whole.folders, whole.state, boss["email"], ["administrator"])
    begun = ask(window, "POST", "/login", body=boss)[1]["access_token"]
    token, _ = enrol(window, begun)
    told = {"name": "Notebooks", "redirect_uris": [callback], "scopes": ["chat:use"], "devices": True}
    status, made = ask(window, "POST", "/clients", token, told)
    assert status == 201, made
    window.driver.delete_all_cookies()
    discovered = httpx.get(f"{whole.url}/oidc/.well-known/openid-configuration").json()
    client = OAuth2Client(made["id"], made["client_secret"], scope="openid chat:use", redirect_uri=callback,
                          code_challenge_method="S256")  # fmt: skip
    return client, discovered


def test_a_program_sends_a_browser_to_sign_in_and_gets_tokens(whole: Platform, site: Site) -> None:
    with window_on(whole.url) as window:
        window.driver.set_script_timeout(60)
        window.driver.add_virtual_authenticator(
            VirtualAuthenticatorOptions(
                has_resident_key=True, has_user_verification=True, is_user_verified=True, transport="internal"
            )
        )
        window.open("/docs")
        client, told = program(whole, window, f"{site.url}/callback")
        mary = somebody(window)
        window.complaints()

        def sent(**asked: str) -> str:
            """The browser follows a link of the program; the verifier that goes with it."""
            verifier = secrets.token_urlsafe(48)
            url, _ = client.create_authorization_url(told["authorization_endpoint"], code_verifier=verifier, **asked)
            site.leads_to = url.replace("&", "&amp;")
            window.driver.get(site.url)
            window.click("a", "Log in")
            return verifier

        verifier = sent()
        window.type("#email", mary.email)
        window.type("#password", "not the right one 1")
        window.click("button", "Sign in")
        window.see("[role=alert]", "The email or the password is wrong.")
        window.type("#password", PASSWORD)
        window.click("button", "Sign in")
        window.type("#code", mary.recovery)
        window.click("button", "Go on")
        window.see("h1", "Notebooks asks to act for you")
        window.see("strong", mary.email)
        window.click("button", "Allow")
        until_at(window, f"{site.url}/callback")
        token = client.fetch_token(
            told["token_endpoint"], authorization_response=window.driver.current_url, code_verifier=verifier
        )
        used = httpx.get(f"{whole.url}/api/v1/chats", headers={"Authorization": f"Bearer {token['access_token']}"})
        assert used.status_code == 200

        sent()
        window.see("strong", mary.email)
        window.click("button", "Refuse")
        until_at(window, f"{site.url}/callback")
        assert parse_qs(urlsplit(window.driver.current_url).query)["error"] == ["access_denied"]

        sent(prompt="login")
        window.click("button", "Use a passkey")
        window.see("strong", mary.email)

        begun = httpx.post(told["device_authorization_endpoint"], auth=(client.client_id, client.client_secret),
                           data={"scope": "openid chat:use"}).json()  # fmt: skip
        window.driver.get(begun["verification_uri"])
        window.type("#code", begun["user_code"])
        window.click("button", "Go on")
        window.see("strong", begun["user_code"])
        window.click("button", "Yes, go on")
        window.click("button", "Allow")
        window.see("h1", "Your device is connected")
        grant = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": begun["device_code"]}
        polled = httpx.post(told["token_endpoint"], auth=(client.client_id, client.client_secret), data=grant)
        assert polled.status_code == 200, polled.text
        assert not [said for said in window.complaints() if re.search("Content Security Policy|Refused", said)]
