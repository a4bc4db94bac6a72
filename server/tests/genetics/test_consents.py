"""What a farm lets a research project see of genotypes and of breeding values, and that it is gone once withdrawn."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest
from bellwether.platform.ids import new_id
from brapi_standard import Client

from .conftest import People, Person
from .genotypes.conftest import new_lab

__all__ = ["new_lab"]

PROJECT = "insert into research.project (id, title, state, owner_id) values ($1, 'Worms', 'running', $2)"
CONSENT = "insert into farm.consent (id, farm_id, project_id, scope, granted_by) values ($1, $2, $3, $4, $5)"
WITHDRAW = "update farm.consent set withdrawn_at = now() where id = $1"
RUN = """
insert into genetics.evaluation_run (id, farm_id, flock_id, reliability, state, traits, model, variances, data_sha256,
  engine_version, finished_at) values ($1, $2, $3, 'exact', 'succeeded', '{WWT}', '{}', '{}', $4, '1', now())
"""
VALUE = """
insert into genetics.breeding_value (farm_id, run_id, animal_id, trait, effect, value, reliability, inbreeding,
  percentile) values ($1, $2, $3, 'WWT', 'additive', 1.25, 0.6, 0, 50)
"""
PUBLICATION = """
insert into genetics.publication (id, farm_id, flock_id, number, run_id, is_automatic) values ($1, $2, $3, 1, $1, true)
"""
GENOTYPES = [
    "/animals/{animal}/genotypes",
    "/chips/{chip}",
    "/chips/{chip}/maps/1/markers",
    "/chips/{chip}/markers/s1/genotypes?farm_id={farm}",
    "/chips/{chip}/genotypes?farm_id={farm}&chromosome=3",
    "/chips/{chip}/frequencies?farm_id={farm}&limit=2",
]
VALUES = [
    "/evaluations/{run}",
    "/breeding-values?run_id={run}",
    "/breeding-values?flock_id={flock}",
    "/flocks/{flock}/trend?trait=WWT",
]
#: of the face of BrAPI, with the answer where something is seen
BRAPI = {"/samples": 20, "/callsets": 20, "/variantsets": 1, "/variants": 403}


class World:
    """A farm with genotypes, a published run and one that is not, and the projects of a researcher and of another."""

    def __init__(self, lab: Any, admin: asyncpg.Connection, people: People) -> None:
        self.lab, self.admin = lab, admin
        self.researcher, self.both, self.other = (
            people("researcher"),
            people("farmer", "researcher"),
            people("researcher"),
        )
        self.project, self.others_project, self.run, self.unpublished = new_id(), new_id(), new_id(), new_id()
        self.words = {
            "animal": lab.flock.rows[0]["id"],
            "chip": lab.chip_id,
            "farm": lab.farm.id,
            "flock": lab.farm.flock_id,
            "run": self.run,
        }

    async def consent(self, scope: str, project: UUID | None = None) -> UUID:
        """The farm consents."""
        consent_id, farm = new_id(), self.lab.farm
        await self.admin.execute(CONSENT, consent_id, farm.id, project or self.project, scope, farm.owner_id)
        return consent_id

    async def seen(self, person: Person) -> tuple[set[int], set[int]]:
        """Statuses of what is read of genotypes and of breeding values; lists agree with them."""
        genotypes = {(await person.ask("GET", path.format(**self.words))).status_code for path in GENOTYPES}
        values = {(await person.ask("GET", path.format(**self.words))).status_code for path in VALUES}
        reader = Client(person.client, person.headers, "genetics")
        for path, n in BRAPI.items():
            # chips of everybody are seen by everybody
            own = {"variantSetDbId": self.words["chip"]} if path.startswith("/variant") else {}
            assert len(await reader.data(path, **own)) == (n if genotypes == {200} else 0), path
        samples = (await person.ask("GET", f"/samples?farm_id={self.lab.farm.id}")).json()["items"]
        assert len(samples) == (20 if genotypes == {200} else 0)
        animals = [str(self.words["animal"])]
        asked = {"animal_ids": animals, "trait": "WWT"}
        for path in ("/breeding-values/query", "/breeding-values/history/query"):
            found = (await person.ask("POST", path, json=asked)).json()["items"]
            assert [each["animal_id"] for each in found] == (animals if values == {200} else []), path
        runs = (await person.ask("GET", f"/evaluations?flock_id={self.lab.farm.flock_id}")).json()["items"]
        assert [each["id"] for each in runs] == ([str(self.run)] if values == {200} else [])
        return genotypes, values


@pytest.fixture
async def world(new_lab: Any, admin: asyncpg.Connection, people: People) -> World:
    """One of them."""
    lab = await new_lab()
    row = await lab.take(lab.flock.plink())
    assert row["state"] == "succeeded", row["error"]
    made = World(lab, admin, people)
    for project, owner in ((made.project, made.researcher), (made.others_project, made.other)):
        async with admin.transaction():
            await admin.execute("select set_config('app.user_id', $1, true)", str(owner.id))
            await admin.execute(PROJECT, project, owner.id)
    await admin.execute(
        "insert into research.project_member (project_id, user_id, role) values ($1, $2, 'analyst')",
        made.project, made.both.id,
    )  # fmt: skip
    for run in (made.run, made.unpublished):
        await admin.execute(RUN, run, lab.farm.id, lab.farm.flock_id, "0" * 64)
        await admin.execute(VALUE, lab.farm.id, run, lab.flock.rows[0]["id"])
    await admin.execute(PUBLICATION, made.run, lab.farm.id, lab.farm.flock_id)
    return made


async def test_a_researcher_sees_what_consent_allows_until_it_is_withdrawn(world: World, people: People) -> None:
    nothing = ({404}, {404})
    assert await world.seen(world.researcher) == nothing
    await world.consent("measurements")
    assert await world.seen(world.researcher) == nothing
    genotypes = await world.consent("genotypes")
    assert await world.seen(world.researcher) == ({200}, {404})
    values = await world.consent("breeding_values")
    assert await world.seen(world.researcher) == await world.seen(world.both) == ({200}, {200})
    assert await world.seen(world.other) == await world.seen(people("farmer")) == nothing
    assert (await world.researcher.ask("GET", f"/evaluations/{world.unpublished}")).status_code == 404
    (ranked,) = (await world.researcher.ask("GET", f"/breeding-values?run_id={world.run}")).json()["items"]
    assert (ranked["value"], ranked["tag"], ranked["sex"]) == (1.25, None, None)
    await world.admin.execute(WITHDRAW, genotypes)
    assert await world.seen(world.researcher) == ({404}, {200})
    await world.admin.execute(WITHDRAW, values)
    assert await world.seen(world.researcher) == nothing
    mine = (await world.lab.person.ask("GET", f"/breeding-values?run_id={world.run}")).json()["items"]
    assert [each["tag"] for each in mine] == ["T000"]


async def test_what_is_shown_is_not_to_be_changed(world: World) -> None:
    """By somebody of the project whose roles allow writing, too."""
    await world.consent("genotypes")
    await world.consent("breeding_values")
    farm, chip, animal = world.lab.farm, world.lab.chip_id, world.words["animal"]
    sample = (await world.both.ask("GET", f"/samples?farm_id={farm.id}&limit=1")).json()["items"][0]["id"]
    first = {"If-Match": '"1"'}
    export = {"farm_id": str(farm.id), "chip_id": chip, "format": "plink"}
    share = {"farm_id": str(farm.id), "animal_id": str(animal), "with_farm_id": str(new_id())}
    for verb, path, more in (
        ("PATCH", f"/samples/{sample}", {"json": {"is_preferred": True}, "headers": first}),
        ("PATCH", f"/samples/{sample}/genotypings/{chip}", {"json": {"state": "rejected", "note": "no"}}),
        ("POST", "/genotype-shares", {"json": share}),
        ("POST", "/genotype-exports", {"json": export}),
        ("POST", f"/chips/{chip}/maps", {"files": {"file": ("m.bim", "1 b 0 5 A G\n")}}),
        ("POST", f"/evaluations/{world.run}/publication", {}),
        ("POST", "/evaluations", {"json": {"flock_id": str(farm.flock_id)}}),
    ):
        answer = await world.both.ask(verb, path, **more)
        assert answer.status_code in (404, 422), (verb, path, answer.text)
