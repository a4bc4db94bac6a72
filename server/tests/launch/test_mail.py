"""Messages to people, while there is no mail server."""

from __future__ import annotations

from pathlib import Path

import pytest
from bellwether.cli import app
from bellwether.launch.errors import LaunchError
from bellwether.launch.machine.folders import Folders
from bellwether.launch.watch import overview
from typer.testing import CliRunner

LETTER = """From: bellwether@localhost
To: mary@hillfarm.example
Subject: Grüße {number}
Date: Mon, 01 Mar 2027 06:00:00 GMT
Content-Type: text/plain; charset=utf-8
X-Bellwether-Kind: test

Open https://sheep.example/#ä{number}
"""


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    found = Folders.of(tmp_path)
    found.mail.mkdir()
    for number in range(5):
        (found.mail / f"0190-{number}.eml").write_text(LETTER.format(number=number))
    return found


def test_status_counts_them_and_tells_the_last_subjects_and_the_folder(folders: Folders) -> None:
    told = overview.of(folders)["mail"]
    assert told == {"count": 5, "folder": str(folders.mail), "last": ["Grüße 4", "Grüße 3", "Grüße 2"]}
    done = CliRunner().invoke(app, ["status", "--data", str(folders.data)])
    assert f"5 messages to people in {folders.mail}, the last: Grüße 4; Grüße 3; Grüße 2" in done.stdout


def test_the_newest_is_the_first_and_can_be_read(folders: Folders) -> None:
    listed = CliRunner().invoke(app, ["mail", "--data", str(folders.data)]).stdout
    assert listed.startswith("1  Mon, 01 Mar 2027 06:00:00 +0000  mary@hillfarm.example  Grüße 4\n2  ")
    assert "sheep.example" not in listed
    assert "https://sheep.example/#ä4\n" in CliRunner().invoke(app, ["mail", "1", "--data", str(folders.data)]).stdout
    refused = CliRunner().invoke(app, ["mail", "6", "--data", str(folders.data)]).exception
    assert isinstance(refused, LaunchError)
    assert refused.problem == "There are 5 messages."


def test_where_nothing_was_written_there_is_nothing(tmp_path: Path) -> None:
    assert overview.of(Folders.of(tmp_path))["mail"]["count"] == 0
    assert "no messages" in CliRunner().invoke(app, ["mail", "--data", str(tmp_path)]).stdout
