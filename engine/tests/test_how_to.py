"""The examples of the engine's front page and of the pages of docs/how-to that use it run as they stand."""

import doctest
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "page", ["engine/README.md", "docs/how-to/choose-rams-and-matings.md", "docs/how-to/unknown-parents.md"]
)
def test_the_examples_of_a_page(page):
    result = doctest.testfile(str(ROOT / page), module_relative=False)
    assert result.attempted > 0
    assert result.failed == 0
