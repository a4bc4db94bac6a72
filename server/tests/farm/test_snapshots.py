"""I28: a snapshot is frozen and named by its digest; the same question about its moment has the same answer, whatever
was weighed again, corrected, merged or undone since; a farm that withdraws its consent is in no new one."""

import csv
import hashlib
import io
import random
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest
from apps import Apps, calling
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database
from bellwether.platform.ids import new_id
from bellwether.platform.testing.auth_double import AuthDouble
from sqlalchemy import text

from .conftest import Farmer, NewFarmer

BASE = "http://research/api/v1/research"


class Researcher:
    """Somebody with a project."""

    def __init__(self, client: httpx.AsyncClient, auth: AuthDouble) -> None:
        self.client, self.id = client, new_id()
        self.headers = auth.bearer(self.id, ("researcher",))
        self.project = ""

    async def ask(self, method: str, path: str, expect: int, **kwargs: Any) -> httpx.Response:
        """One request, and its status."""
        answer = await self.client.request(method, BASE + path, headers=self.headers, **kwargs)
        assert answer.status_code == expect, answer.text
        return answer

    async def take(self, expect: int = 201, **body: Any) -> dict[str, Any]:
        """A snapshot of the project."""
        sent = {"title": "Weights", "traits": ["WWT", "PWT"]} | body
        found: dict[str, Any] = (
            await self.ask("POST", f"/projects/{self.project}/snapshots", expect, json=sent)
        ).json()
        return found

    async def rows(self, snapshot: dict[str, Any]) -> list[dict[str, str]]:
        """The rows, whose digest is that of the snapshot."""
        answer = await self.ask("GET", f"/projects/{self.project}/snapshots/{snapshot['id']}/rows.csv", 200)
        assert hashlib.sha256(answer.content).hexdigest() == snapshot["sha256"]
        return list(csv.DictReader(io.StringIO(answer.text)))

    async def is_same(self, snapshot: dict[str, Any]) -> bool:
        """Whether the same question has the same answer."""
        answer = await self.ask("GET", f"/projects/{self.project}/snapshots/{snapshot['id']}/check", 200)
        return bool(answer.json()["is_same"])


@pytest.fixture
async def researchers(apps: Apps, auth: AuthDouble) -> AsyncIterator[Callable[[], Researcher]]:
    """`researchers()` is a new one, without a project."""
    async with calling(apps("research")) as client:
        yield lambda: Researcher(client, auth)


@pytest.fixture
async def researcher(researchers: Callable[[], Researcher]) -> Researcher:
    """Somebody with a project."""
    found = researchers()
    found.project = (await found.ask("POST", "/projects", 201, json={"title": "Twins"})).json()["id"]
    return found


async def consent(farmer: Farmer, researcher: Researcher, **body: Any) -> str:
    """The farm lets the project see its measurements."""
    made: str = (await farmer.make(f"/farms/{farmer.farm_id}/consents", project_id=researcher.project, **body))["id"]
    return made


async def weigh(farmer: Farmer, animal: str, trait: str, day: str, weight: float) -> None:
    """A weight, perhaps again."""
    sent = {"animal_id": animal, "trait": trait, "occurred_on": day, "weight": weight}
    await farmer.ask("POST", "/weights", json={"farm_id": farmer.farm_id, "weights": [sent]})


async def something(farmer: Farmer, chance: random.Random, lambs: list[str], imports: list[str], n: int) -> None:
    """One of the things that change what is known; what is refused changes nothing."""
    lamb, day = chance.choice(lambs), f"2024-{chance.randrange(10, 13)}-{chance.randrange(1, 28):02}"
    what = chance.choice(["weigh", "weigh", "again", "born", "sex", "merge", "import", "undo"])
    if what == "weigh":
        await weigh(farmer, lamb, chance.choice(["WWT", "PWT"]), day, round(chance.uniform(20, 50), 1))
    elif what == "again":
        await weigh(farmer, lamb, "WWT", "2024-11-11", round(chance.uniform(20, 50), 1))
    elif what in ("born", "sex"):
        body: dict[str, Any] = {"birth_date": f"2024-08-{chance.randrange(1, 28):02}"}
        body = body if what == "born" else {"sex": chance.choice(["male", "female"])}
        answer = await farmer.ask("GET", f"/animals/{lamb}", 200)
        await farmer.ask("PATCH", f"/animals/{lamb}", json=body, headers={"If-Match": answer.headers["etag"]})
    elif what == "merge":
        double = await farmer.animal()
        await weigh(farmer, double["id"], "PWT", day, 40)
        body = {"farm_id": farmer.farm_id, "loser_id": double["id"], "winner_id": lamb}
        await farmer.ask("POST", "/merges", json=body)
    elif what == "import":
        content = f"eid,date,weight\n9820001234{n:05},{day},31.5\n".encode()
        await farmer.animal(identifiers=[{"kind": "eid", "value": f"9820001234{n:05}"}])
        sent = await farmer.upload(content, "weights", trait="WWT")
        await farmer.run_import(sent["import_id"], commit=True)
        await farmer.end(sent)
        imports.append(sent["import_id"])
    elif imports:
        await farmer.undo(imports.pop())


async def test_i28_the_same_question_has_the_same_answer(
    new_farmer: NewFarmer, researcher: Researcher, chance: random.Random, rounds: Callable[[int, int], int]
) -> None:
    farmers = [await new_farmer(), await new_farmer()]
    for farmer in farmers:
        await consent(farmer, researcher)
    lambs = {id(f): [(await f.animal(birth_date="2024-08-01", sex="male"))["id"] for _ in range(4)] for f in farmers}
    imports: dict[int, list[str]] = {id(f): [] for f in farmers}
    taken: list[dict[str, Any]] = []
    for n in range(rounds(40, 400)):
        farmer = chance.choice(farmers)
        await something(farmer, chance, lambs[id(farmer)], imports[id(farmer)], n)
        if n % 10 == 9:
            taken.append(await researcher.take())
    for snapshot in taken:
        assert len(await researcher.rows(snapshot)) == snapshot["rows"]
        assert await researcher.is_same(snapshot)
    assert len({snapshot["sha256"] for snapshot in taken}) > 1
    async with farmers[0].database.transaction(Context.system(*(UUID(f.farm_id) for f in farmers))) as session:
        for name in ("observation_past", "animal_past"):
            assert (await session.execute(text(f"select count(*) from farm.{name}"))).scalar_one() > 0, name


async def test_a_snapshot_holds_what_counts_now_and_what_was_consented(
    new_farmer: NewFarmer, researcher: Researcher
) -> None:
    farmer, other = await new_farmer(), await new_farmer()
    lamb = (await farmer.animal(birth_date="2024-08-01", sex="male"))["id"]
    for trait, day, weight in (("WWT", "2024-11-11", 31.5), ("WWT", "2024-11-11", 32.5), ("PWT", "2025-03-01", 45)):
        await weigh(farmer, lamb, trait, day, weight)
    await weigh(other, (await other.animal())["id"], "WWT", "2024-11-11", 30)
    assert (await researcher.take())["rows"] == 0
    key = await consent(farmer, researcher, to_on="2024-12-31")
    first = await researcher.take()
    (row,) = await researcher.rows(first)
    assert (first["farms"], first["rows"]) == (1, 1)
    assert row | {"farm_id": farmer.farm_id, "animal_id": lamb} == row
    assert (row["sex"], row["birth_date"], row["trait"], row["value"]) == ("male", "2024-08-01", "WWT", "32.5")
    assert row["occurred_on"] == "2024-11-11"
    await farmer.ask("DELETE", f"/farms/{farmer.farm_id}/consents/{key}", 204)
    await farmer.ask("DELETE", f"/farms/{farmer.farm_id}/consents/{key}", 404)
    assert (await researcher.take())["rows"] == 0
    assert await researcher.is_same(first)
    assert len(await researcher.rows(first)) == 1


async def test_nobody_else_reads_or_takes_one(
    farmer: Farmer, new_farmer: NewFarmer, researcher: Researcher, researchers: Callable[[], Researcher]
) -> None:
    await consent(farmer, researcher)
    snapshot = await researcher.take()
    stranger, place = researchers(), f"/projects/{researcher.project}/snapshots"
    await stranger.ask("POST", place, 404, json={"title": "x", "traits": ["WWT"]})
    for path in (
        place,
        f"{place}/{snapshot['id']}",
        f"{place}/{snapshot['id']}/rows.csv",
        f"{place}/{snapshot['id']}/check",
    ):
        await stranger.ask("GET", path, 404)
    for role, expect in (("worker", 403), ("viewer", 403), (None, 404)):
        somebody = await new_farmer(with_farm=False)
        if role is not None:
            await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(somebody.user_id), role=role)
        body = {"project_id": researcher.project}
        await somebody.ask("POST", f"/farms/{farmer.farm_id}/consents", expect, json=body)
        await somebody.ask("GET", f"/farms/{farmer.farm_id}/consents", 404 if role is None else 200)


async def test_a_snapshot_is_never_changed(farmer: Farmer, researcher: Researcher, settings_of: Any) -> None:
    await researcher.take()
    database = Database(settings_of("research"))
    try:
        for statement in ("update research.snapshot set rows = 0", "delete from research.snapshot"):
            with pytest.raises(Exception, match="permission denied"):
                async with database.transaction(Context(user_id=researcher.id)) as session:
                    await session.execute(text(statement))
    finally:
        await database.close()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"traits": []}, "too_short"),
        ({"traits": ["wwt"]}, "wrong_form"),
        ({"first_on": "2024-02-01", "last_on": "2024-01-01"}, "ends_before_start"),
    ],
    ids=str,
)
async def test_what_cannot_be_asked(researcher: Researcher, body: dict[str, Any], code: str) -> None:
    answer = await researcher.take(422, **body)
    assert code in (answer["code"], *(error["code"] for error in answer["errors"]))


async def test_other_consents_are_of_no_days_and_say_nothing_of_measurements(
    new_farmer: NewFarmer, researcher: Researcher
) -> None:
    farmer = await new_farmer()
    path = f"/farms/{farmer.farm_id}/consents"
    for scope in ("genotypes", "breeding_values"):
        given = await farmer.make(path, project_id=researcher.project, scope=scope)
        assert given["scope"] == scope
        sent = {"project_id": researcher.project, "scope": scope, "to_on": "2024-01-01"}
        answer = await farmer.client.post(f"http://farm/api/v1/farm{path}", json=sent, headers=farmer.headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "days_are_of_measurements")
    assert (await researcher.take())["farms"] == 0
