"""`Any` says nothing: how often it stands in the server may only fall."""

import re
from pathlib import Path

import bellwether

CEILING_PER_1000_LINES = 3
WORD = re.compile(r"\bAny\b")


def test_any_is_rare() -> None:
    """Lower the ceiling when the count falls; it is never raised."""
    lines = [
        line
        for path in Path(bellwether.__path__[0]).rglob("*.py")
        for line in path.read_text().splitlines()
        if "import" not in line
    ]
    found = sum(1 for line in lines if WORD.search(line))
    assert found <= CEILING_PER_1000_LINES * len(lines) / 1000, f"{found} in {len(lines):,} lines"
