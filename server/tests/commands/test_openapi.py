"""What `./bellwether openapi` writes is what is committed."""

import pytest
from bellwether.commands.openapi import contracts, current
from bellwether.launch.machine.folders import REPOSITORY

WRITTEN = contracts()


@pytest.mark.parametrize("name", WRITTEN)
def test_the_repository_holds_what_the_code_says(name: str) -> None:
    assert current(REPOSITORY / name) == WRITTEN[name], "write it with: ./bellwether openapi"
