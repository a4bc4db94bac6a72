"""Each of the invariants of the farm, I1 to I29, has a test that names it."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
NAMED = re.compile(r"(?<![A-Za-z0-9])[Ii]([1-9]|1[0-9]|2[0-9])(?![0-9A-Za-z])")
SPAN = re.compile(r"I(\d+) to I(\d+)")


def test_every_invariant_of_the_farm_is_tried() -> None:
    named = set[int]()
    for file in TESTS.rglob("test_*.py"):
        if file != Path(__file__):
            text = file.read_text(encoding="utf-8").replace("_", " ")
            named |= {int(number) for number in NAMED.findall(text)}
            for first, last in SPAN.findall(text):
                named |= set(range(int(first), int(last) + 1))
    assert set(range(1, 30)) - named == set()
