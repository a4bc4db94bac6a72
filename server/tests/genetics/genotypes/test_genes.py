"""Results of single genes: all rows or none, contradictions by name, who sees them."""

from typing import Any

import pytest
from bellwether.platform.ids import new_id


async def test_results_are_kept_summed_up_and_corrected(people: Any, barn: Any) -> None:
    farm = await barn.farm()
    animals = [new_id() for _ in range(4)]
    await barn.animals(farm, [{"id": key, "tag": f"G{i}"} for i, key in enumerate(animals)])
    person = people(user_id=farm.owner_id)

    async def send(*rows: tuple[int, str, str], who: Any = person, **more: str) -> Any:
        results = [{"animal_id": str(animals[i]), "gene": gene, "genotype": text} for i, gene, text in rows]
        return await who.ask("POST", "/gene-results", json={"farm_id": str(farm.id), "results": results, **more})

    wrong = await send((0, "PRNP", "ARR/ARR"), (1, "PRNP", "ARR"), (2, "NONE", "A/A"))
    assert wrong.status_code == 422
    assert [(row["row"], row["code"]) for row in wrong.json()["errors"]] == [(2, "unknown_genotype"), (3, "not_one_of")]
    assert (await person.ask("GET", f"/gene-results?farm_id={farm.id}")).json()["items"] == []

    rows = [(0, "PRNP", "ARR/ARR"), (1, "PRNP", "ARQ/ARR"), (2, "PRNP", "VRQ/ARQ"), (3, "PITX3", "N/M")]
    kept = (await send(*rows)).json()
    assert [row["meaning"] for row in kept["items"]] == ["R1", "R2", "R5", "carrier"]
    assert (await send(*rows)).json() == {"items": [], "known": 4}
    against = await send((0, "PRNP", "ARR/ARQ"))
    assert against.json()["errors"][0]["code"] == "contradicts_result"
    assert (await send((0, "PRNP", "ARR/ARQ"), existing="correct")).status_code == 201
    past = (await person.ask("GET", f"/gene-results?farm_id={farm.id}&gene=PRNP&with_past=true")).json()["items"]
    assert sorted(row["is_current"] for row in past) == [False, True, True, True]
    found = (await person.ask("GET", f"/gene-results/summary?farm_id={farm.id}")).json()["items"]
    prnp = next(each for each in found if each["gene"] == "PRNP")
    assert {row["meaning"]: row["animals"] for row in prnp["genotypes"]} == {"R2": 2, "R5": 1}
    assert sum(row["frequency"] for row in prnp["alleles"]) == pytest.approx(1.0)
    carriers = (await person.ask("GET", f"/gene-results?farm_id={farm.id}&meaning=carrier")).json()["items"]
    assert [row["animal_id"] for row in carriers] == [str(animals[3])]

    stranger = people()
    assert (await send(rows[0], who=stranger)).status_code == 404
    assert (await stranger.ask("GET", f"/gene-results?farm_id={farm.id}")).json()["items"] == []
    assert (await stranger.ask("GET", f"/gene-results/summary?farm_id={farm.id}")).status_code == 404
    for path in (f"/gene-results?farm_id={farm.id}", f"/gene-results/summary?farm_id={farm.id}", "/genes"):
        assert (await people("administrator").ask("GET", path)).status_code == 403
        assert (await person.client.get("http://genetics/api/v1/genetics" + path)).status_code == 401
    codes = [gene["code"] for gene in (await person.ask("GET", "/genes")).json()["items"]]
    assert "PRNP" in codes


async def test_a_viewer_keeps_no_result(people: Any, barn: Any, admin: Any) -> None:
    farm, viewer = await barn.farm(), people()
    await admin.execute(
        "insert into farm.membership (user_id, farm_id, role) values ($1, $2, 'viewer')", viewer.id, farm.id
    )
    row = {"animal_id": str(new_id()), "gene": "PRNP", "genotype": "ARR/ARR"}
    answer = await viewer.ask("POST", "/gene-results", json={"farm_id": str(farm.id), "results": [row]})
    assert answer.json()["code"] == "read_only_member"
