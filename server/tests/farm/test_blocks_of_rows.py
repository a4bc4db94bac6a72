"""Rows that are kept together are seen as rows that are kept one by one: listed, filtered, counted, judged again."""

import random
from typing import Any
from uuid import UUID

import pytest
from bellwether.farm.imports.running import chunks, file_rows
from bellwether.farm.imports.storing import blocks
from bellwether.platform.context import Context
from bellwether.platform.ids import new_ids
from hypothesis import given
from hypothesis import strategies as st

from .conftest import Farmer, NewFarmer
from .test_import_life import lambs
from .test_tenancy import counts

FILTERS: list[dict[str, str]] = [
    {}, {"verdict": "new"}, {"verdict": "duplicate"}, {"accepted": "true"}, {"accepted": "false"},
    {"has_warning": "false"}, {"has_warning": "true"}, {"code": "unknown_tag"}, {"verdict": "new", "accepted": "true"},
]  # fmt: skip
SESSION = "VID,Date,Weight\n" + "".join(f"2400{n:02},2024-11-18,{31 + n}\n" for n in range(8)).replace(
    "240003", "999999"
)


@given(st.lists(st.tuples(st.integers(1, 50), st.text(), st.uuids()), min_size=1))
def test_a_block_says_what_went_into_it(rows: list[tuple[int, str, UUID]]) -> None:
    numbers = [sum(step for step, *_ in rows[: place + 1]) for place in range(len(rows))]
    raws = [raw.encode(errors="ignore").decode() for _, raw, _ in rows]
    packed = blocks.packed(numbers, b"".join(animal.bytes for *_, animal in rows), raws)
    found = list(blocks.unpacked(packed))
    assert [(row.row, row.raw, row.animal_id) for row in found] == list(
        zip(numbers, raws, [animal for *_, animal in rows], strict=True)
    )
    assert all((row.verdict, row.is_accepted, row.findings) == ("new", True, []) for row in found)


def test_ids_of_many_rows_ascend() -> None:
    content = new_ids(5000)
    found = [UUID(bytes=content[start : start + 16]) for start in range(0, len(content), 16)]
    assert found == sorted(set(found))
    assert {(each.version, each.variant) for each in found} == {(7, "specified in RFC 4122")}


async def seen(farmer: Farmer, import_id: str, limit: int) -> list[Any]:
    """Every row under every filter, page by page, without what differs between two farms; and the file of them."""
    found: list[Any] = []
    for query in FILTERS:
        rows, cursor = [], {}
        while True:
            answer = await farmer.ask(
                "GET", f"/imports/{import_id}/rows", 200, params={"limit": limit} | query | cursor
            )
            page = answer.json()
            rows += [row | {"animal_id": bool(row["animal_id"])} for row in page["items"]]
            if page["next"] is None:
                break
            cursor = {"cursor": page["next"]}
        file = await farmer.ask("GET", f"/imports/{import_id}/rows.csv", 200, params=query)
        found.append((query, rows, file.text))
    return found


async def test_rows_in_blocks_are_seen_as_rows_alone(
    new_farmer: NewFarmer, monkeypatch: pytest.MonkeyPatch, chance: random.Random
) -> None:
    """A list of animals, and weights with a line that is refused, sent once more when its animal is there."""
    found = []
    for fewest in (1, 10**9):
        farmer, shown = await new_farmer(), []
        monkeypatch.setattr(chunks, "FEWEST", fewest)
        monkeypatch.setattr(blocks, "SIZE", chance.choice([1, 2, 3, 1000]))
        monkeypatch.setattr(file_rows, "CHUNK", chance.choice([2, 3, 5000]))
        for content, kind, form in ((lambs(8), "sg", {}), (SESSION.encode(), "weights", {"trait": "WWT"})):
            sent = await farmer.upload(content, kind, **form)
            done = await farmer.run_import(sent["import_id"])
            await farmer.end(sent)
            shown += [
                done["rows_accepted"],
                done["verdicts"],
                await seen(farmer, sent["import_id"], chance.choice([1, 3, 50])),
            ]
        tag = {"identifiers": [{"kind": "visual", "value": "999999"}], "birth_date": "2024-08-01"}
        await farmer.animal(sex="female", **tag)
        sent = await farmer.upload(SESSION.encode(), "weights", trait="WWT")
        done = await farmer.run_import(sent["import_id"])
        await farmer.end(sent)
        again = await seen(farmer, sent["import_id"], 50)
        shown += [done["rows_accepted"], done["verdicts"], again]
        stored = await counts(farmer.database, Context(user_id=farmer.user_id), ("import_block", "import_row"))
        assert stored["import_block" if fewest == 1 else "import_row"]
        assert bool(stored["import_block"]) == (fewest == 1)
        stranger = await new_farmer(with_farm=False)
        theirs = await counts(farmer.database, Context(user_id=stranger.user_id), ("import_block",))
        assert theirs == {"import_block": 0}
        found.append(shown)
    for one, other in zip(found[0][-1], found[1][-1], strict=True):
        assert [(r["row"], r["verdict"]) for r in one[1]] == [(r["row"], r["verdict"]) for r in other[1]], one[0]
    assert found[0] == found[1]
    assert found[0][-3] == 8
