"""Signing in as a browser does it: cookies that no script sees, an authenticator app, a passkey."""

from typing import Any
from uuid import uuid4

import pytest
from authenticator_app import code_of
from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions

from .browser import Browser, window_on
from .conftest import PASSWORD, Platform

# the first test may have to fetch a browser
pytestmark = pytest.mark.timeout(900)

# asks the platform from within the page; cookies go along as the browser decides
ASK = """
const [method, path, token, body, done] = arguments;
const headers = {...(body && {"content-type": "application/json"}), ...(token && {authorization: `Bearer ${token}`})};
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


def enrol(window: Browser, token: str) -> str:
    """Enrol an authenticator app; the token of the new session."""
    status, begun = ask(window, "POST", "/mfa/totp", token)
    assert status == 200, begun
    status, done = ask(window, "POST", "/mfa/totp/confirm", token, {"code": code_of(begun["secret"])})
    assert (status, len(done.get("recovery_codes", []))) == (200, 10), done
    return str(done["session"]["access_token"])


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
        token = enrol(window, session["access_token"])
        status, removed = ask(window, "DELETE", "/mfa/totp", token)
        assert status == 200, removed
        token = enrol(window, removed["access_token"])

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
