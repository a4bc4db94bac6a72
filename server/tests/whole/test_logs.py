"""What nobody may find in a log: passwords, tokens, cookies, mailed links, keys, and what somebody wrote to Emilia."""

import re
import secrets
from pathlib import Path
from uuid import uuid4

import httpx
from whole.conftest import PASSWORD, Platform
from whole.test_ended_sessions import Person
from whole.test_mailed_links import link

MESSAGE_ID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
SIGNED = re.compile(rb"eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}")
"""Any token of anybody, whichever test it is of."""


def marked(what: str) -> str:
    """A text that stands nowhere else."""
    return f"{what} {secrets.token_hex(12)}"


def test_no_log_holds_a_secret_or_what_somebody_wrote(whole: Platform) -> None:
    found = {"password": PASSWORD, **kept_in(whole.folders.keys), **acted(whole)}
    logs = [path for path in whole.folders.logs.rglob("*") if path.is_file()]
    assert {"gateway", "users", "services", "postgres"} <= {path.name.partition(".")[0] for path in logs}
    assert b"/api/v1/chats/search" in (whole.folders.logs / "users.log").read_bytes(), "requests are told of"
    for path in logs:
        content = path.read_bytes()
        assert [name for name, text in found.items() if text.encode() in content] == [], path.name
        assert SIGNED.search(content) is None, path.name


def kept_in(keys: Path) -> dict[str, str]:
    """Each key of the installation that is text."""
    texts = {path.name: path.read_bytes().strip() for path in keys.rglob("*") if path.is_file()}
    return {name: text.decode() for name, text in texts.items() if len(text) >= 32 and text.isascii()}


def acted(whole: Platform) -> dict[str, str]:
    """What one person used, showed and wrote, rightly and wrongly."""
    person = Person(whole)
    found = {"access token": person.token, "cookie": person.cookie.partition("=")[2]}
    found |= passwords(whole, person) | programs(whole, person) | talk(whole, person)
    return found


def passwords(whole: Platform, person: Person) -> dict[str, str]:
    """One that is wrong, one that is too short for its rule, one that a mailed link sets."""
    wrong, short, new = marked("wrong"), f"s{uuid4().hex[:5]}", marked("new")
    assert person.api.post("auth/login", json={"email": person.email, "password": wrong}).status_code == 401
    told = {"email": f"{uuid4().hex}@example.org", "password": short, "name": "Somebody"}
    assert person.api.post("auth/register", json=told).status_code == 422
    assert person.api.post("auth/password/forgot", json={"email": person.email}).status_code == 202
    token = link(whole, person.email, "reset").partition("#")[2].rpartition("=")[2]
    answer = person.api.post("auth/password/reset", json={"token": token, "password": new})
    assert answer.status_code == 204, answer.text
    login = person.api.post("auth/login", json={"email": person.email, "password": new})
    person.token = login.json()["access_token"]
    return {"wrong password": wrong, "short password": short, "new password": new, "mailed token": token}


def programs(whole: Platform, person: Person) -> dict[str, str]:
    """A token of a script, and one that is none, as header and in an address."""
    told = {"name": "script", "scopes": ["flock:read"], "expires_in_days": 1}
    personal = person.by_token("POST", "auth/tokens", json=told).json()["token"]
    exchanged = person.api.post("auth/token", json={"token": personal}).json()["access_token"]
    forged = f"bwp_{secrets.token_urlsafe(32)}"
    assert person.api.post("auth/token", json={"token": forged}).status_code == 401
    for service in ("farm/flocks", "genetics/evaluations", "chats", "auth/me"):
        refused = httpx.get(f"{whole.url}/api/v1/{service}", headers={"Authorization": f"Bearer {forged}"})
        assert refused.status_code == 401
        assert person.api.get(service, params={"access_token": forged}).status_code in (401, 422)
    return {"personal token": personal, "exchanged token": exchanged, "forged token": forged}


def talk(whole: Platform, person: Person) -> dict[str, str]:
    """A message, one that is broken, and what was looked for among them."""
    said, broken, sought = marked("how is my ram"), marked("and my ewe"), secrets.token_hex(12)
    chat = person.by_token("POST", "chats", json={"title": marked("About")}).json()
    messages = f"chats/{chat['id']}/messages"
    told = {"id": MESSAGE_ID, "role": "user", "content": said}
    assert person.by_token("POST", messages, json=told).status_code in (200, 201)
    assert person.by_token("POST", messages, content=f'{{"content": "{broken}"').status_code in (400, 415)
    assert person.by_token("GET", "chats/search", params={"q": sought}).status_code == 200
    return {"message": said, "broken message": broken, "what was looked for": sought, "title": chat["title"]}
