"""A store or a key that is lost beside the others, or another platform's, stops the start with one plain sentence."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from bellwether.launch.errors import LaunchError
from bellwether.launch.machine import installation
from bellwether.launch.watch.platform import down, ensure_up
from whole.conftest import Platform


@pytest.fixture(scope="module")
def stopped(start: Callable[..., Platform]) -> Platform:
    """A platform with an account in it, stopped."""
    found = start()
    found.user("farmer", email="kept@example.org")
    down(found.data)
    return found


def refusal(platform: Platform) -> str:
    """What somebody is told who starts it."""
    with pytest.raises(LaunchError) as told:
        ensure_up(platform.data)
    down(platform.data)
    return str(told.value)


@pytest.mark.parametrize(
    "lost",
    [
        "dynamodb/bellwether-user.db",
        "dynamodb/bellwether-keys.db",
        "keys/kek",
        "keys/postgres.password",
        "postgres.json",
    ],
)
def test_a_store_that_is_lost_is_not_made_anew(stopped: Platform, lost: str) -> None:
    path = Path(stopped.data) / lost
    aside = path.with_name("aside")
    path.rename(aside)
    told = refusal(stopped)
    assert path.name in told
    assert "backup" in told
    assert not path.exists()
    aside.rename(path)


def test_stores_of_another_platform_are_refused_until_their_own_are_back(stopped: Platform) -> None:
    record = installation.place(stopped.folders)
    own = record.read_text()
    record.write_text(json.dumps({**json.loads(own), "id": "01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4d"}))
    told = refusal(stopped)
    assert "belongs to the platform" in told
    assert "Traceback" not in told
    record.write_text(own)
    ensure_up(stopped.data)
    assert stopped.user(email="another@example.org").get("/api/v1/auth/me")["email"] == "another@example.org"
