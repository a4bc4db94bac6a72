"""Each format of imports has a page: its table names every header that is known, its sample is read without a fault."""

import re
from pathlib import Path

import pytest
from bellwether.farm.imports.formats import FORMATS
from bellwether.farm.imports.reading.format import AnyFormat
from bellwether.farm.imports.upload_form import NAMES
from farm.reading import read_all

PAGES = Path(__file__).parents[3] / "docs"


def page_of(kind: str) -> str:
    """The page of a kind of file."""
    return (PAGES / "reference" / "imports" / f"{kind}.md").read_text()


def headers(form: AnyFormat) -> str:
    """The table of a page."""
    needed = set().union(*(fields for fields in form.needed.values() if len(fields) == 1))
    lines = ["| field | headers | must be there |", "|---|---|---|"]
    for field, known in form.columns.items():
        lines.append(f"| `{field}` | {', '.join(known)} | {'yes' if field in needed else ''} |")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("kind", FORMATS)
def test_a_page_names_every_header(kind: str) -> None:
    assert headers(FORMATS[kind]) in page_of(kind), (
        f"docs/reference/imports/{kind}.md should say:\n{headers(FORMATS[kind])}"
    )


@pytest.mark.parametrize("kind", FORMATS)
def test_the_sample_of_a_page_is_read_without_a_fault(kind: str) -> None:
    samples = re.findall(r"^```csv (\w+\.csv)\n(.*?)^```$", page_of(kind), re.DOTALL | re.MULTILINE)
    assert samples
    for _, sample in samples:
        layout, rows = read_all(sample.encode(), kind, **({"trait": "WWT"} if kind == "weights" else {}))
        assert layout.kind == kind
        assert [row.findings for row in rows.values() if row.findings] == []
        assert len(rows) == len(sample.splitlines()) - 1


def test_the_how_to_names_every_option() -> None:
    page = (PAGES / "how-to" / "import-a-flock.md").read_text()
    assert [name for name in (*NAMES, "commit", "again", "kind") if f"| `{name}` |" not in page] == []
