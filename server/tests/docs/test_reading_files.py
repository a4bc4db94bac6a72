"""The page on how files are read names every code that asks and every option that answers."""

from pathlib import Path

from bellwether.farm.imports.problems import TITLES
from bellwether.farm.imports.reading.options import CONTEXT, Options

DOCS = Path(__file__).parents[3] / "docs" / "reference"


def test_the_page_of_reading_names_what_is_asked_and_what_answers() -> None:
    page = (DOCS / "reading-files.md").read_text()
    asked = {code for code in TITLES if code not in ("file_empty", "trait_missing", "trait_unknown")}
    assert {code for code in asked if f"`{code}`" not in page} == set()
    of_herd = {
        "trait",
        "on_unknown_parent",
        "on_unknown_tag",
        "on_weaker_parent",
        "rounded_ids",
        "lost_zeros",
        "session_id",
    }
    names = {name for name in Options.model_fields if name not in CONTEXT | of_herd}
    assert {name for name in names if f"`{name}" not in page} == set()
