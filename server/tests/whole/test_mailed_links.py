"""From the mail in the outbox to the finished act, in a browser: an address, a forgotten password, a shared chat."""

import re
import time
from email import message_from_bytes, policy
from uuid import uuid4

import pytest
from patience import PATIENCE_S

from .browser import window_on
from .conftest import PASSWORD, Platform
from .test_sign_in import ask

# the first test may have to fetch a browser
pytestmark = pytest.mark.timeout(900)
NEW = "another staple for the horse 8"


def link(whole: Platform, email: str, what: str) -> str:
    """The latest link of this kind in the outbox, as it stands there."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        for file in sorted(whole.folders.mail.glob("*.eml"), reverse=True):
            message = message_from_bytes(file.read_bytes(), policy=policy.default)
            body = message.get_body()
            found = re.search(rf"\S+/account/{what}#\S+", body.get_content()) if body is not None else None
            if found and email in str(message["to"]):
                return found[0]
        time.sleep(0.2)
    raise AssertionError(f"no mail with {what} for {email}")


def test_a_mailed_link_leads_to_a_page_that_does_it(whole: Platform) -> None:
    with window_on(whole.url) as window:
        window.driver.set_script_timeout(60)
        email = f"u{uuid4().hex[:12]}@example.org"
        window.open("/docs")
        known = {"email": email, "password": PASSWORD, "name": "Mary Hill"}
        assert ask(window, "POST", "/register", body=known)[0] == 202
        window.driver.get(link(whole, email, "verify"))
        window.see("button", "Yes, this address is mine")
        assert "#" not in window.driver.current_url
        window.click("button", "Yes, this address is mine")
        window.see("h1", "Your address is confirmed")

        window.open("/account/forgot")
        window.type("#email", email)
        window.click("button", "Send me a link")
        window.see("h1", "Look into your mail")
        window.driver.get(link(whole, email, "reset"))
        window.type("#password", NEW)
        window.click("button", "Take this password")
        window.see("h1", "Your password is changed")

        window.click("a", "Sign in")
        window.type("#email", email)
        window.type("#password", NEW)
        window.click("button", "Sign in")
        window.see("h1", "You are signed in")
        assert not [url for url in window.asked_for() if "token" in url or "verify=" in url.partition("#")[0]]
        assert not [said for said in window.complaints() if "Content Security Policy" in said]
