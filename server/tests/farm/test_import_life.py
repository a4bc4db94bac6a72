"""An import is previewed, committed, broken at any point, taken up again, cancelled and undone."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from bellwether.farm.access import ReadOnlyMember
from bellwether.farm.imports import job
from bellwether.farm.imports.running import chunks, committing, file_rows
from bellwether.farm.imports.states import ImportBuiltUpon, ImportEnded
from bellwether.farm.imports.undoing import together
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database
from bellwether.platform.jobs.run import JobCancelled
from bellwether.platform.outages import patiently
from hypothesis import given
from hypothesis import strategies as st

from .conftest import Farmer, Quiet
from .dumps import dump

HEAD = "ID,SIRE,DAM,SEX,DOB,WWT,WWTDATE\n"
SIRE, DAM = "1612342018180001", "1612342019190002"
DAY = date(2026, 1, 1)


def lambs(count: int, *, weight: float = 30) -> bytes:
    """A submission of lambs with one sire and one dam."""
    rows = (f"16123420242400{n:02},{SIRE},{DAM},1,2024-08-03,{weight + n % 5},2024-11-11\n" for n in range(count))
    return (HEAD + "".join(rows)).encode()


def weighing(count: int, weight: float = 31, day: str = "2024-11-11") -> bytes:
    """A weigh session of the same lambs."""
    return ("VID,Date,Weight\n" + "".join(f"2400{n:02},{day},{weight + n % 3}\n" for n in range(count))).encode()


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several transactions for a small file."""
    monkeypatch.setattr(file_rows, "FIRST_CHUNK", 3)
    monkeypatch.setattr(file_rows, "CHUNK", 4)


def adds_up(found: dict[str, Any]) -> bool:
    """What must hold of every import that a user sees."""
    return bool(found["rows_in"] == found["rows_accepted"] + found["rows_rejected"] == sum(found["verdicts"].values()))


async def test_a_preview_says_everything_and_changes_nothing(farmer: Farmer) -> None:
    before = await dump(farmer.admin_dsn, farmer.farm_id)
    content = lambs(4) + b"1612342024240099,,,5,2024-08-03,,\n1612342024240001,,,1,2024-08-03,,\n"
    sent = await farmer.upload(content, "sg", commit="false")
    quiet = Quiet()
    done = await job.run(farmer.job(sent["import_id"], quiet, commit=False))
    assert (done["state"], done["rows_in"], done["rows_accepted"], done["rows_rejected"]) == ("previewed", 6, 4, 2)
    assert done["faults"] == {"sex_unknown": 1, "duplicate_row": 1}
    assert "year first" in done["how_read"]
    assert [row["row"] for row in done["first_rows"]] == [2, 3, 4, 5, 6, 7]
    assert quiet.lines[0].startswith("read as: ")
    assert "year first" in quiet.lines[0]
    assert await dump(farmer.admin_dsn, farmer.farm_id) == before
    found = await farmer.an_import(sent["import_id"])
    assert (found["state"], found["told"], adds_up(found)) == ("previewed", done["how_read"], True)
    assert len(await farmer.rows(sent["import_id"], accepted=False)) == 2


@dataclass
class Failing:
    """A database that is away at every other question."""

    there: Database
    asked: int = 0

    def reading(self, context: Context, **how: Any) -> Any:
        """The first, the third and so on are refused as by a server that has just been killed."""
        self.asked += 1
        if self.asked % 2:
            raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")
        return self.there.reading(context, **how)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.there, name)


class Patient(Quiet):
    """Steps that wait outages out, as those of a worker do."""

    async def once(self, name: str, make: Callable[[], Awaitable[Any]]) -> Any:
        return await patiently(make)


async def test_a_database_that_is_away_for_a_moment_fails_no_import(farmer: Farmer) -> None:
    """Neither in its steps nor in what is read before and after them."""
    sent = await farmer.upload(lambs(2), "sg")
    away: Any = Failing(farmer.database)
    done = await job.run(replace(farmer.job(sent["import_id"], Patient()), database=away))
    assert (done["rows_accepted"], len(done["first_rows"])) == (2, 2)
    undone = await job.run_undo(replace(farmer.job(sent["import_id"], Patient()), database=away))
    assert away.asked > 4
    assert undone["import_id"] == sent["import_id"]


async def test_a_form_as_generated_clients_write_it(farmer: Farmer) -> None:
    content = b"Tag,Sex,DOB\nA1,ram,03/08/2021\n"
    sent = await farmer.upload(content, "flock", commit="False", again="False", date_orders='{"DOB": "mdy"}')
    await job.run(farmer.job(sent["import_id"], Quiet(), commit=False))
    found = await farmer.an_import(sent["import_id"])
    assert (found["state"], found["options"]) == ("previewed", {"date_orders": {"DOB": "mdy"}})
    assert "month first" in found["told"]


async def test_a_previewed_file_is_committed_against_the_herd_as_it_is_then(farmer: Farmer) -> None:
    sent = await farmer.upload(weighing(2), "weights", trait="WWT", commit="false")
    done = await farmer.run_import(sent["import_id"], commit=False)
    await farmer.end(sent)
    assert done["faults"] == {"unknown_tag": 2}
    await farmer.take_in(lambs(2, weight=28), "sg")
    again = (await farmer.ask("POST", f"/imports/{sent['import_id']}/commit", 202)).json()
    assert again["import_id"] == sent["import_id"]
    done = await farmer.run_import(sent["import_id"])
    assert (done["state"], done["rows_accepted"], done["faults"]) == ("committed", 2, {})
    await farmer.end(again)
    same = (await farmer.ask("POST", f"/imports/{sent['import_id']}/commit", 202)).json()
    assert same["id"] == again["id"]


@pytest.mark.usefixtures("small_chunks")
async def test_a_preview_of_corrections_does_not_wait_for_itself(farmer: Farmer) -> None:
    """Its verdicts are stored while the transaction that is rolled back remembers what the import changes."""
    await farmer.take_in(lambs(5), "sg")
    before = await dump(farmer.admin_dsn, farmer.farm_id)
    corrected = farmer.take_in(weighing(5, weight=40), "weights", trait="WWT", commit="false")
    done = await asyncio.wait_for(corrected, 60)
    assert (done["state"], done["verdicts"]) == ("previewed", {"update": 5})
    assert await dump(farmer.admin_dsn, farmer.farm_id) == before


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("broken_at", range(1, 12))
async def test_an_import_that_breaks_anywhere_goes_on(
    farmer: Farmer, monkeypatch: pytest.MonkeyPatch, broken_at: int
) -> None:
    """At each chunk: before its rows are judged, and after everything of it is written but the commit."""
    sent = await farmer.upload(lambs(20), "sg")
    count, keep, judge = 0, chunks.keep, chunks.judge

    async def breaking(fn: Any, *args: Any) -> Any:
        nonlocal count
        found = await fn(*args)
        count += 1
        if count == broken_at:
            raise ConnectionAbortedError
        return found

    monkeypatch.setattr(chunks, "keep", lambda *args: breaking(keep, *args))
    monkeypatch.setattr(chunks, "judge", lambda *args: breaking(judge, *args))
    with pytest.raises(ConnectionAbortedError):
        await farmer.run_import(sent["import_id"])
    found = await farmer.an_import(sent["import_id"])
    taken = [0, 3, 7, 11, 15, 19][(broken_at - 1) // 2]
    assert (found["state"], found["rows_in"], adds_up(found)) == ("committing", taken, True)
    assert len(await farmer.rows(sent["import_id"])) == taken
    done = await farmer.run_import(sent["import_id"])
    assert (done["state"], done["rows_in"], done["verdicts"]) == ("committed", 20, {"new": 20})
    weights = (await farmer.ask("GET", "/weights", 200, params={"flock_id": farmer.flock_id})).json()["items"]
    assert len(weights) == 20


@pytest.mark.usefixtures("small_chunks")
async def test_a_cancelled_import_leaves_nothing_behind(farmer: Farmer) -> None:
    """Field case: cancel leaves 5,999 animals."""
    await farmer.take_in(lambs(1), "sg")
    before = await dump(farmer.admin_dsn, farmer.farm_id)
    sent = await farmer.upload(lambs(20, weight=33), "sg")
    seen: list[dict[str, Any]] = []

    class Cancelling(Quiet):
        async def progress(self, fraction: float | None, stage: str | None) -> bool:
            seen.append(await farmer.an_import(sent["import_id"]))
            return seen[-1]["rows_in"] > 10

    run = farmer.job(sent["import_id"], Cancelling())
    run._told_at = -1e9
    run.progress = lambda fraction, stage=None: run._tell(fraction, stage)  # type: ignore[method-assign]
    with pytest.raises(JobCancelled):
        await job.run(run)
    assert any(found["rows_in"] for found in seen)
    assert all(adds_up(found) for found in seen)
    assert await dump(farmer.admin_dsn, farmer.farm_id) == before
    found = await farmer.an_import(sent["import_id"])
    assert (found["state"], found["rows_in"], adds_up(found)) == ("cancelled", 0, True)
    with pytest.raises(ImportEnded, match="cancelled: send the file again"):
        await farmer.run_import(sent["import_id"])
    await farmer.end(sent, "cancelled")
    done = await farmer.take_in(lambs(20, weight=33), "sg")
    assert done["import_id"] != sent["import_id"]
    assert (done["state"], done["verdicts"]) == ("committed", {"new": 19, "update": 1})


async def test_an_undo_brings_back_the_farm_of_before(farmer: Farmer) -> None:
    await farmer.take_in(lambs(6), "sg")
    await farmer.take_in(weighing(6, 29), "weights", trait="WWT")
    before = await dump(farmer.admin_dsn, farmer.farm_id)
    corrected = lambs(10, weight=32).replace(DAM.encode(), b"1612342019190077").replace(b"2024-08-03", b"2024-08-05")
    done = await farmer.take_in(corrected, "sg", on_weaker_parent="replace")
    assert done["verdicts"] == {"update": 6, "new": 4}
    assert await dump(farmer.admin_dsn, farmer.farm_id) != before
    counts = await farmer.undo(done["import_id"])
    assert (counts["animals_removed"], counts["animals_restored"]) == (5, 6)
    assert await dump(farmer.admin_dsn, farmer.farm_id) == before
    found = await farmer.an_import(done["import_id"])
    assert (found["state"], bool(found["undone_at"]), adds_up(found)) == ("undone", True, True)
    with pytest.raises(ImportEnded):
        await farmer.run_import(done["import_id"])
    assert (await farmer.ask("POST", f"/imports/{done['import_id']}/undo", 409)).json()["code"] == "import_ended"
    again = await farmer.take_in(corrected, "sg", on_weaker_parent="replace")
    assert again["import_id"] != done["import_id"]
    assert again["verdicts"] == {"update": 6, "new": 4}


async def test_what_was_built_on_an_import_stands_in_its_way(farmer: Farmer) -> None:
    first = await farmer.take_in(lambs(3), "sg")
    second = await farmer.take_in(weighing(3, 40, "2025-01-11"), "weights", trait="PWT")
    after = await dump(farmer.admin_dsn, farmer.farm_id)
    refused = (await farmer.ask("POST", f"/imports/{first['import_id']}/undo", 409)).json()
    assert refused["code"] == "import_built_upon"
    assert {error["code"] for error in refused["errors"]} == {"measured_since"}
    assert "240000, 240001, 240002" in refused["errors"][0]["message"]
    with pytest.raises(ImportBuiltUpon):
        await job.run_undo(farmer.job(first["import_id"]))
    assert await dump(farmer.admin_dsn, farmer.farm_id) == after
    await farmer.undo(second["import_id"])
    page = (await farmer.ask("GET", "/animals", 200, params={"farm_id": farmer.farm_id})).json()["items"]
    lamb = next(animal for animal in page if animal["tag"] == "240001")
    ewe = await farmer.animal(
        sex="female", birth_date="2026-01-01", parents=[{"parent_id": lamb["id"], "parent_type": "sire"}]
    )
    refused = (await farmer.ask("POST", f"/imports/{first['import_id']}/undo", 409)).json()
    assert {error["code"] for error in refused["errors"]} == {"offspring_recorded"}
    assert ewe["sire_id"] == lamb["id"]


async def test_an_edit_of_an_imported_animal_is_not_undone_with_it(farmer: Farmer) -> None:
    done = await farmer.take_in(lambs(1), "sg")
    page = (await farmer.ask("GET", "/animals", 200, params={"farm_id": farmer.farm_id})).json()["items"]
    lamb = next(animal for animal in page if animal["tag"] == "240000")
    headers = {"If-Match": f'"{lamb["rev"]}"'}
    await farmer.ask("PATCH", f"/animals/{lamb['id']}", 200, json={"birth_type": 2}, headers=headers)
    refused = (await farmer.ask("POST", f"/imports/{done['import_id']}/undo", 409)).json()
    assert {error["code"] for error in refused["errors"]} == {"animal_changed"}


async def test_imports_are_undone_in_any_order_that_nothing_forbids(farmer: Farmer) -> None:
    empty = await dump(farmer.admin_dsn, farmer.farm_id)
    herd = await farmer.take_in(lambs(4), "sg")
    states, imports = [], []
    for weight in (28.0, 29.0, 30.5):
        states.append(await dump(farmer.admin_dsn, farmer.farm_id))
        imports.append(await farmer.take_in(weighing(4, weight), "weights", trait="WWT"))
    refused = (await farmer.ask("POST", f"/imports/{imports[0]['import_id']}/undo", 409)).json()
    assert {error["code"] for error in refused["errors"]} == {"measurement_corrected"}
    for done, before in zip(reversed(imports), reversed(states), strict=True):
        await farmer.undo(done["import_id"])
        assert await dump(farmer.admin_dsn, farmer.farm_id) == before
    await farmer.undo(herd["import_id"])
    assert await dump(farmer.admin_dsn, farmer.farm_id) == empty


async def test_only_who_may_write_commits_and_undoes(farmer: Farmer, new_farmer: Any) -> None:
    done = await farmer.take_in(lambs(1), "sg")
    stranger, viewer = await new_farmer(), await new_farmer(with_farm=False)
    student = await new_farmer(with_farm=False, roles=("student",))
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(viewer.user_id), role="viewer")
    for way in ("commit", "undo"):
        path = f"/imports/{done['import_id']}/{way}"
        assert (await farmer.client.post(f"http://farm/api/v1/farm{path}")).status_code == 401
        await student.ask("POST", path, 403)
        await stranger.ask("POST", path, 404)
        assert (await viewer.ask("POST", path, 403)).json()["code"] == "read_only_member"
    for who, status in ((stranger, 404), (viewer, 200)):
        await who.ask("GET", f"/imports/{done['import_id']}/rows.csv", status)
    await farmer.ask("POST", f"/imports/{done['import_id']}/undo", 202)


async def test_who_may_write_no_longer_goes_on_with_no_job(farmer: Farmer, new_farmer: Any) -> None:
    """A job that is begun anew long after does what its user may do then."""
    helper = await new_farmer(with_farm=False)
    path = f"/farms/{farmer.farm_id}/members"
    await farmer.make(path, user_id=str(helper.user_id), role="worker")
    mine = replace(helper, farm_id=farmer.farm_id, flock_id=farmer.flock_id)
    sent = await mine.upload(lambs(2), "sg")
    await farmer.make(path, user_id=str(helper.user_id), role="viewer")
    for run in (job.run, job.run_undo):
        with pytest.raises(ReadOnlyMember):
            await run(mine.job(sent["import_id"]))
    assert (await farmer.an_import(sent["import_id"]))["rows_in"] == 0


@pytest.mark.usefixtures("small_chunks")
async def test_imports_that_are_built_on_each_other_go_together(farmer: Farmer) -> None:
    """The second came while the first was half way: each has a ewe whose lamb the other one brought."""
    before = await dump(farmer.admin_dsn, farmer.farm_id)
    ewes = "".join(f"16123420202000{n:02},,,2,2020-08-03\n" for n in (1, 2, 3))
    one = f"ID,SIRE,DAM,SEX,DOB\n{ewes}1612342024240009,,1612342020200050,2,2024-08-03\n".encode()
    other = b"ID,SIRE,DAM,SEX,DOB\n1612342020200050,,,2,2020-08-03\n1612342024240010,,1612342020200001,2,2024-08-03\n"
    sent = await farmer.upload(one, "sg")
    import_id, context = UUID(sent["import_id"]), farmer.job(sent["import_id"]).context
    rows = await chunks.open_file(farmer.database, context, import_id, DAY)
    await committing.begin(farmer.database, context, import_id)
    first, *rest = [part async for part in rows.chunks()]
    await committing.apply(farmer.database, context, import_id, first, rows)
    await farmer.end(sent)
    between = await farmer.take_in(other, "sg")
    for part in rest:
        await committing.apply(farmer.database, context, import_id, part, rows)
    await committing.finish(farmer.database, context, import_id)
    for key in (sent["import_id"], between["import_id"]):
        refused = (await farmer.ask("POST", f"/imports/{key}/undo", 409)).json()
        assert {error["code"] for error in refused["errors"]} == {"offspring_recorded"}
        assert "?with=" in refused["errors"][0]["fix"]
    query = {"with": between["import_id"]}
    queued = (await farmer.ask("POST", f"/imports/{sent['import_id']}/undo", 202, params=query)).json()
    done = await job.run_undo(farmer.job(sent["import_id"], others=[between["import_id"]]))
    await farmer.end(queued)
    assert (done["state"], done["animals_removed"]) == ("undone", 6)
    assert [(await farmer.an_import(key))["state"] for key in (sent["import_id"], between["import_id"])] == [
        "undone"
    ] * 2
    assert await dump(farmer.admin_dsn, farmer.farm_id) == before


STEPS = st.lists(st.integers(0, 1), min_size=1, max_size=6)


@given(STEPS)
def test_what_was_before_imports_is_known_or_nothing_is_done(whose: list[int]) -> None:
    """A field that two imports changed in turns: what each remembers is what it found first and what it left last."""
    told: dict[int, tuple[int, int]] = {}
    for step, who in enumerate(whose):
        told[who] = (told.get(who, (step, 0))[0], step + 1)
    found = together.chained([({"weight": a}, {"weight": b}) for a, b in told.values()])
    assert found in (None, ({"weight": 0}, {"weight": len(whose)}))
    if whose == sorted(whose) or whose == sorted(whose, reverse=True):
        assert found is not None


async def test_two_undos_at_once_take_back_once(farmer: Farmer) -> None:
    done = await farmer.take_in(lambs(5), "sg")
    found = await asyncio.gather(*(job.run_undo(farmer.job(done["import_id"])) for _ in range(3)))
    assert [each["state"] for each in found] == ["undone"] * 3
    assert sorted(each.get("animals_removed", 0) for each in found) == [0, 0, 7]


async def test_a_commit_after_an_undo_changes_nothing(farmer: Farmer) -> None:
    sent = await farmer.upload(lambs(3), "sg")
    import_id = UUID(sent["import_id"])
    rows = await chunks.open_file(farmer.database, farmer.job(sent["import_id"]).context, import_id, DAY)
    await farmer.run_import(sent["import_id"])
    await farmer.end(sent)
    await farmer.undo(sent["import_id"])
    (part,) = [part async for part in rows.chunks()]
    with pytest.raises(ImportEnded):
        await committing.apply(farmer.database, farmer.job(sent["import_id"]).context, import_id, part, rows)


async def test_an_undone_merge_gives_both_animals_back(farmer: Farmer) -> None:
    """An ancestor that a list turned into another animal is an ancestor again, and its offspring are its own."""
    eid = "982000123456789"
    await farmer.animal(sex="male", birth_date="2020-08-10", identifiers=[{"kind": "eid", "value": eid}])
    await farmer.take_in(b"VID,SIRE,SEX,DOB\nL1,R12,1,2024-08-03\nL2,R12,2,2024-08-04\n", "flock")
    before = await dump(farmer.admin_dsn, farmer.farm_id)
    done = await farmer.take_in(f"VID,EID,SEX,DOB\nR12,{eid},1,2020-08-10\n".encode(), "flock")
    assert done["verdicts"] == {"update": 1}, done
    assert await dump(farmer.admin_dsn, farmer.farm_id) != before
    await farmer.undo(done["import_id"])
    assert await dump(farmer.admin_dsn, farmer.farm_id) == before
