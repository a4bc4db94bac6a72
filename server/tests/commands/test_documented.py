"""Every command and every option stands in docs/reference/commands.md, and every help text has an example."""

from collections.abc import Iterator
from typing import Any

import pytest
from bellwether.cli import COMMANDS, load
from bellwether.launch.machine.folders import REPOSITORY

PAGE = (REPOSITORY / "docs" / "reference" / "commands.md").read_text()


def leaves(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    """The command, or those below it."""
    below = getattr(command, "commands", None)
    if not below:
        yield name, command
    else:
        for each, found in below.items():
            yield from leaves(f"{name} {each}", found)


ALL = [pair for name in COMMANDS for pair in leaves(name, load(name))]


@pytest.mark.parametrize(("name", "command"), ALL, ids=[name for name, _ in ALL])
def test_a_command_is_documented(name: str, command: Any) -> None:
    row = next((line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |")), None)
    assert row is not None, f"docs/reference/commands.md has no row for {name}"
    options = [option for parameter in command.params for option in parameter.opts if option.startswith("--")]
    missing = [option for option in options if f"`{option}`" not in row and option != "--help"]
    assert missing == [], f"{name}: not in its row"


@pytest.mark.parametrize(("name", "command"), ALL, ids=[name for name, _ in ALL])
def test_a_help_text_has_an_example(name: str, command: Any) -> None:
    assert f"./bellwether {name}" in (command.help or ""), f"{name} --help shows no example"
