"""What the tests of identity share."""

from typing import Any

from ..conftest import Farmer


async def listed(farmer: Farmer, *rows: str, head: str = "Tag,Sex,DOB,Sire,Dam", **form: Any) -> dict[int, Any]:
    """A flock list; its rows with their verdicts."""
    done = await farmer.take_in("\n".join([head, *rows, ""]).encode(), "flock", **form)
    return await farmer.rows(done["import_id"])


def codes(rows: dict[int, Any]) -> list[str | None]:
    """The first code of each row."""
    return [row["code"] for row in rows.values()]


def told(row: dict[str, Any]) -> set[str]:
    """Every code of a row."""
    return {finding["code"] for finding in row["findings"]}
