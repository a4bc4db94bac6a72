"""The dictionary as genetics tells it, a farm's own values over it, and what happens to a trait that leaves."""

from typing import Any

import asyncpg
import numpy as np
import pytest
from bellwether.genetics.traits.following import follow_dictionary
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database
from bellwether.platform.ids import new_id
from bellwether.sheep.traits import TRAITS, Trait
from bellwether.sheep.traits.reproduction import REPRODUCTION
from sqlalchemy import text

from .barn import Barn, Farm
from .conftest import BASE, People, RunJob

OWN: dict[str, Any] = {
    "heritability": 0.5,
    "phenotypic_variance": 20.0,
    "correlations": [{"trait": "PWT", "genetic": 0.9, "residual": 0.1}],
    "source": "own REML",
}
EVALUATED = ["BWT", "WWT", "PWT", "YWT", "HWT", "AWT"]


def path_of(farm: Farm, code: str = "WWT") -> str:
    return f"/farms/{farm.id}/traits/{code}"


async def listed(person: Any, farm: Farm | None = None) -> dict[str, dict[str, Any]]:
    """The dictionary by code."""
    answer = await person.ask("GET", "/traits" + ("" if farm is None else f"?farm_id={farm.id}"))
    assert answer.status_code == 200, answer.text
    return {item["code"]: item for item in answer.json()["items"]}


async def test_every_trait_of_the_dictionary_is_told(people: People) -> None:
    told = await listed(people())
    known = TRAITS | REPRODUCTION
    assert told.keys() == known.keys()
    for code, item in told.items():
        trait = known[code]
        assert (item["stage"], item["name"], item["unit"], item["kind"]) == (
            trait.stage, trait.name, trait.unit, trait.kind,
        )  # fmt: skip
        variance = None if None in (trait.heritability, trait.phenotypic_variance) else trait.phenotypic_variance
        assert (item["additive_variance"] is None) == (variance is None)
    assert [code for code in told if told[code]["additive_variance"] is not None] == EVALUATED


async def test_the_correlations_of_weights_are_positive_definite(people: People) -> None:
    told = await listed(people())
    for kind in ("genetic", "residual"):
        pairs = {(code, c["trait"]): c[kind] for code in EVALUATED for c in told[code]["correlations"]}
        matrix = np.array([[1.0 if a == b else pairs[a, b] for b in EVALUATED] for a in EVALUATED])
        assert np.linalg.eigvalsh(matrix)[0] > 0.05
        assert np.array_equal(matrix, matrix.T)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "GET"])
async def test_the_matrix_of_a_farms_own_values(people: People, barn: Barn, admin: Any, method: str) -> None:
    farm = await barn.farm()
    path = f"/traits?farm_id={farm.id}" if method == "GET" else path_of(farm)
    owner, json = people(user_id=farm.owner_id), OWN if method == "PUT" else None
    if method == "DELETE":
        assert (await owner.ask("PUT", path, json=OWN)).headers["etag"] == '"1"'
    headers = {"If-Match": '"1"'} if method == "DELETE" else {}
    anonymous = await people().client.request(method, BASE + path, json=json, headers=headers)
    wrong_role = await people("administrator").ask(method, path, json=json, headers=headers)
    other_farm = await people().ask(method, path, json=json, headers=headers)
    assert [a.status_code for a in (anonymous, wrong_role, other_farm)] == [401, 403, 404]
    viewer = people()
    await admin.execute(
        "insert into farm.membership (user_id, farm_id, role) values ($1, $2, 'viewer')", viewer.id, farm.id
    )
    reading = await viewer.ask(method, path, json=json, headers=headers)
    assert reading.status_code == (200 if method == "GET" else 403)
    mine = await owner.ask(method, path, json=json, headers=headers)
    assert mine.status_code == (204 if method == "DELETE" else 200)


async def test_own_values_count_for_their_farm_until_they_are_removed(people: People, barn: Barn) -> None:
    farm, neighbour = await barn.farm(), await barn.farm()
    owner = people(user_id=farm.owner_id)
    before = await listed(owner)
    put = await owner.ask("PUT", path_of(farm), json=OWN)
    found = put.json()
    assert (found["heritability"], found["additive_variance"], found["source"]) == (0.5, 10.0, "own REML")
    assert found["farm"]["correlations"] == OWN["correlations"]
    told = await listed(owner, farm)
    assert told["WWT"] == found
    for one, other in (("WWT", "PWT"), ("PWT", "WWT")):
        pair = next(c for c in told[one]["correlations"] if c["trait"] == other)
        assert (pair["genetic"], pair["residual"]) == (0.9, 0.1)
    assert told["PWT"]["farm"] is None
    assert await listed(owner) == before
    assert await listed(people(user_id=neighbour.owner_id), neighbour) == before

    assert (await owner.ask("PUT", path_of(farm), json=OWN)).status_code == 428
    assert (await owner.ask("PUT", path_of(farm), json=OWN, headers={"If-Match": '"7"'})).status_code == 412
    less = {"phenotypic_variance": 25.0}
    changed = await owner.ask("PUT", path_of(farm), json=less, headers={"If-Match": put.headers["etag"]})
    assert (changed.json()["heritability"], changed.json()["farm"]["rev"]) == (before["WWT"]["heritability"], 2)
    assert changed.json()["correlations"] == before["WWT"]["correlations"]
    assert (await owner.ask("DELETE", path_of(farm))).status_code == 428
    assert (await owner.ask("DELETE", path_of(farm), headers={"If-Match": '"2"'})).status_code == 204
    assert await listed(owner, farm) == before
    assert (await owner.ask("DELETE", path_of(farm), headers={"If-Match": '"2"'})).status_code == 404
    assert (await owner.ask("PUT", path_of(farm), json=OWN, headers={"If-Match": '"2"'})).status_code == 412


@pytest.mark.parametrize(
    ("code", "body", "status", "problem"),
    [
        ("XYZ", {}, 404, "no_such_trait"),
        ("WWT", {"heritability": 1.0}, 422, "invalid"),
        ("WWT", {"phenotypic_variance": 0}, 422, "invalid"),
        ("WWT", {"colour": "red"}, 422, "unknown_field"),
        ("WWT", {"correlations": [{"trait": "WWT", "genetic": 0.1, "residual": 0}]}, 422, "wrong_correlations"),
        ("WWT", {"correlations": [{"trait": "PWT", "genetic": 0.1, "residual": 0}] * 2}, 422, "wrong_correlations"),
        ("WWT", {"correlations": [{"trait": "XYZ", "genetic": 0.1, "residual": 0}]}, 422, "wrong_correlations"),
    ],
)
async def test_values_that_make_no_sense_are_refused(
    people: People, barn: Barn, code: str, body: dict[str, Any], status: int, problem: str
) -> None:
    farm = await barn.farm()
    answer = await people(user_id=farm.owner_id).ask("PUT", path_of(farm, code), json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, problem)


async def test_a_pair_stands_with_one_of_its_traits(people: People, barn: Barn) -> None:
    farm = await barn.farm()
    owner = people(user_id=farm.owner_id)
    await owner.ask("PUT", path_of(farm), json=OWN)
    turned = {"correlations": [{"trait": "WWT", "genetic": 0.1, "residual": 0}]}
    answer = await owner.ask("PUT", path_of(farm, "PWT"), json=turned)
    assert (answer.status_code, answer.json()["code"]) == (409, "correlation_of_other_trait")
    assert (await listed(owner, farm))["PWT"]["farm"] is None


async def test_an_evaluation_starts_from_the_values_of_its_farm(people: People, barn: Barn, run_job: RunJob) -> None:
    farm = await barn.farm()
    await barn.season(farm)
    owner = people(user_id=farm.owner_id)
    await owner.ask("PUT", path_of(farm), json=OWN)
    run_id = await owner.evaluate(farm.flock_id, traits=["WWT"])
    assert (await run_job(run_id))["state"] == "succeeded"
    report = (await owner.ask("GET", f"/evaluations/{run_id}")).json()
    assert report["variances"]["additive"][0] == pytest.approx([10.0])
    assert report["variances"]["source"] == "trait dictionary and the farm's own values"


async def test_own_values_are_seen_and_written_by_members_alone(database: Database, people: People, barn: Barn) -> None:
    farm = await barn.farm()
    await people(user_id=farm.owner_id).ask("PUT", path_of(farm), json=OWN)
    for table in ("farm_trait", "farm_trait_correlation"):
        for context, expected in ((Context(user_id=new_id()), 0), (Context(user_id=farm.owner_id), 1)):
            async with database.transaction(context) as session:
                statement = text(f"select count(*) from genetics.{table} where farm_id = :farm")
                assert (await session.execute(statement, {"farm": farm.id})).scalar_one() == expected
    with pytest.raises(Exception, match="row-level security"):
        async with database.transaction(Context(user_id=new_id())) as session:
            await session.execute(
                text("insert into genetics.farm_trait (farm_id, code, source, changed_by) values (:f, 'PWT', 'x', :f)"),
                {"f": farm.id},
            )


async def test_a_trait_that_leaves_stays_for_what_refers_to_it(
    people: People, barn: Barn, admin: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await listed(people())
    for code in ("T1A", "T2B"):
        monkeypatch.setitem(TRAITS, code, Trait(code, "A3", "test trait", "mm", (0, 9), (1, 8)))
    await follow_dictionary(admin)
    await follow_dictionary(admin)
    assert (await listed(people())).keys() == {*before, "T1A", "T2B"}
    farm = await barn.farm()
    owner = people(user_id=farm.owner_id)
    assert (await owner.ask("PUT", path_of(farm, "T1A"), json={"heritability": 0.2})).status_code == 200
    for code in ("T1A", "T2B"):
        monkeypatch.delitem(TRAITS, code)
    await follow_dictionary(admin)
    assert await listed(people()) == before
    left = await admin.fetch("select code, is_current from genetics.trait where code in ('T1A', 'T2B')")
    assert [tuple(row) for row in left] == [("T1A", False)]
    assert (await owner.ask("PUT", path_of(farm, "T1A"), json={})).json()["code"] == "no_such_trait"
    assert (await owner.ask("DELETE", path_of(farm, "T1A"), headers={"If-Match": '"1"'})).status_code == 204
    await follow_dictionary(admin)
    assert await admin.fetch("select code from genetics.trait where code in ('T1A', 'T2B')") == []
