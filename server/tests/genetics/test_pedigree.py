"""Relatives over the farm's published animals: drawings, inbreeding, kinship, findings, and a flock as a job."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from bellwether.genetics.pedigree.analysis import analyse_pedigree
from bellwether.platform.ids import new_id

from .barn import Barn, Farm
from .conftest import BASE, People, Person, RunJob


@dataclass
class Family:
    """Full sibs of a founder couple were mated: their lamb is inbred by a quarter."""

    farm: Farm
    owner: Person
    ids: dict[str, UUID]

    def __getitem__(self, name: str) -> str:
        return str(self.ids[name])

    def named(self, key: str) -> str:
        """The name of an id."""
        return next(name for name, each in self.ids.items() if str(each) == key)


@pytest.fixture(scope="module")
async def family(people: People, barn: Barn) -> Family:
    farm = await barn.farm()
    ids = {name: new_id() for name in ("ram", "ewe", "son", "daughter", "lamb", "stranger")}

    def row(name: str, sex: str, year: int, **parents: str) -> dict[str, Any]:
        known = {f"{role}_id": ids[parent] for role, parent in parents.items()}
        born = date(year, 8, 1)
        return {"id": ids[name], "tag": name, "sex": sex, "birth_date": born, "drop_year": year, **known}

    rows = [
        row("ram", "male", 2018), row("ewe", "female", 2018), row("stranger", "female", 2018),
        row("son", "male", 2020, sire="ram", dam="ewe"), row("daughter", "female", 2020, sire="ram", dam="ewe"),
        row("lamb", "female", 2022, sire="son", dam="daughter"),
    ]  # fmt: skip
    await barn.animals(farm, rows)
    return Family(farm, people(user_id=farm.owner_id), ids)


async def test_a_drawing_has_each_animal_once_in_its_generation(family: Family) -> None:
    found = (await family.owner.ask("GET", f"/animals/{family['son']}/pedigree?up=3&down=2")).json()
    levels = {family.named(node["id"]): node["generation"] for node in found["nodes"]}
    assert levels == {"ram": -1, "ewe": -1, "son": 0, "lamb": 1}
    edges = {(family.named(e["parent_id"]), family.named(e["child_id"]), e["role"]) for e in found["edges"]}
    assert edges == {("ram", "son", "sire"), ("ewe", "son", "dam"), ("son", "lamb", "sire")}
    assert found["is_complete"]
    tree = (await family.owner.ask("GET", f"/animals/{family['lamb']}/pedigree")).json()
    assert {family.named(node["id"]): node["inbreeding"] for node in tree["nodes"]} == {
        "lamb": 0.25, "son": 0, "daughter": 0, "ram": 0, "ewe": 0,
    }  # fmt: skip
    alone = (await family.owner.ask("GET", f"/animals/{family['lamb']}/pedigree?up=0")).json()
    assert (len(alone["nodes"]), alone["edges"]) == (1, [])


async def test_inbreeding_comes_from_founders(family: Family) -> None:
    found = (await family.owner.ask("GET", f"/animals/{family['lamb']}/inbreeding")).json()
    assert found["inbreeding"] == 0.25
    assert {family.named(part["founder_id"]): part["share"] for part in found["partial"]} == {
        "ram": 0.125,
        "ewe": 0.125,
    }
    assert (found["n_ancestors"], found["equivalent_generations"]) == (4, 2.0)
    founder = (await family.owner.ask("GET", f"/animals/{family['ram']}/inbreeding")).json()
    assert (founder["inbreeding"], founder["partial"], founder["completeness"]) == (0, [], 0)


async def test_kinship_of_groups(family: Family) -> None:
    body = {"animal_ids": [family["son"]], "other_ids": [family["daughter"], family["stranger"]]}
    found = (await family.owner.ask("POST", "/kinship/query", json=body)).json()
    assert (found["kinship"], found["mean_kinship"]) == ([[0.25, 0.0]], 0.125)
    assert found["founder_genome_equivalents"] is None
    sibs = {"animal_ids": [family["son"], family["daughter"], family["son"]]}
    found = (await family.owner.ask("POST", "/kinship/query", json=sibs)).json()
    assert found["kinship"] == [[0.5, 0.25], [0.25, 0.5]]
    assert found["founder_genome_equivalents"] == pytest.approx(0.5 / 0.375)


async def test_unknown_animals_are_named(family: Family) -> None:
    body = {"animal_ids": [family["son"], str(new_id())]}
    answer = await family.owner.ask("POST", "/kinship/query", json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_animal")
    assert [error["field"] for error in answer.json()["errors"]] == ["animal_ids.1"]


async def test_the_analysis_of_a_flock(family: Family, run_job: RunJob) -> None:
    answer = await family.owner.ask("POST", "/pedigree-analyses", json={"flock_id": str(family.farm.flock_id)})
    assert answer.status_code == 202
    row = await run_job(UUID(answer.json()["id"]), of=analyse_pedigree)
    assert row["state"] == "succeeded", row["error"]
    found = json.loads(row["result"])
    assert (found["n_animals"], found["n_founders"]) == (6, 3)
    assert found["mean_inbreeding"] == pytest.approx(0.25 / 6)
    assert {family.named(one["animal_id"]) for one in found["founders"]} == {"ram", "ewe", "stranger"}
    assert sum(one["share"] for one in found["founders"]) == pytest.approx(1.0)
    one_drop = {"flock_id": str(family.farm.flock_id), "born_from": 2022, "born_to": 2022}
    answer = await family.owner.ask("POST", "/pedigree-analyses", json=one_drop)
    row = await run_job(UUID(answer.json()["id"]), of=analyse_pedigree)
    assert json.loads(row["result"])["effective_founders"] == 2.0


async def test_no_animals_of_a_drop_no_analysis(family: Family) -> None:
    body: dict[str, Any] = {"flock_id": str(family.farm.flock_id), "born_from": 2030}
    answer = await family.owner.ask("POST", "/pedigree-analyses", json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "empty_cohort")
    answer = await family.owner.ask("POST", "/pedigree-analyses", json=body | {"born_to": 2029})
    assert answer.status_code == 422


async def test_what_is_missing_and_what_cannot_be(people: People, barn: Barn) -> None:
    farm = await barn.farm()
    ram, ewe, lamb, twin = (new_id() for _ in range(4))
    await barn.animals(
        farm,
        [
            {"id": ram, "tag": "R", "sex": "female", "birth_date": date(2019, 8, 1), "drop_year": 2019},
            {"id": ewe, "tag": "E", "sex": "female", "birth_date": date(2021, 6, 1), "drop_year": 2021},
            {"id": lamb, "tag": "L", "birth_date": date(2021, 8, 1), "drop_year": 2021, "sire_id": ram, "dam_id": ewe},
            {"id": twin, "tag": "T", "birth_date": date(2021, 8, 1), "drop_year": 2021},
        ],
    )
    owner = people(user_id=farm.owner_id)
    found = (await owner.ask("GET", f"/flocks/{farm.flock_id}/pedigree-findings")).json()
    assert [(drop["drop_year"], drop["n"], drop["n_sire"], drop["n_both"]) for drop in found["drops"]] == [
        (2019, 1, 0, 0),
        (2021, 3, 1, 1),
    ]
    assert {(c["code"], c["role"], c["parent_tag"], c["tag"]) for c in found["conflicts"]} == {
        ("parent_of_wrong_sex", "sire", "R", "L"),
        ("parent_too_young", "dam", "E", "L"),
    }
    assert found["is_complete"]


READS = [
    ("GET", "/animals/{lamb}/pedigree", None),
    ("GET", "/animals/{lamb}/inbreeding", None),
    ("POST", "/kinship/query", {"animal_ids": ["{lamb}"]}),
    ("GET", "/flocks/{flock}/pedigree-findings", None),
    ("POST", "/pedigree-analyses", {"flock_id": "{flock}"}),
]


@pytest.mark.parametrize(("method", "path", "body"), READS)
async def test_the_matrix(people: People, family: Family, admin: Any, method: str, path: str, body: Any) -> None:
    names = {"lamb": family["lamb"], "flock": str(family.farm.flock_id)}
    url = path.format(**names)
    sent = body and json.loads(json.dumps(body).replace("{lamb}", names["lamb"]).replace("{flock}", names["flock"]))
    assert (await people().client.request(method, BASE + url, json=sent)).status_code == 401
    assert (await people("administrator").ask(method, url, json=sent)).status_code == 403
    for stranger in (people(), people("researcher")):
        assert (await stranger.ask(method, url, json=sent)).status_code == 404
    viewer = people()
    await admin.execute(
        "insert into farm.membership (user_id, farm_id, role) values ($1, $2, 'viewer')", viewer.id, family.farm.id
    )
    is_job = path == "/pedigree-analyses"
    assert (await viewer.ask(method, url, json=sent)).status_code == (403 if is_job else 200)
    assert (await family.owner.ask(method, url, json=sent)).status_code == (202 if is_job else 200)
