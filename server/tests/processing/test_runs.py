"""Pipeline runs and their lineage."""

from bellwether.platform.ids import new_id

from .conftest import SHA, Ask, Deliver, NewFarm, evaluation_completed, evaluation_failed, import_completed


async def test_an_import_leads_from_a_file_to_rows(ask: Ask, deliver: Deliver, new_farm: NewFarm) -> None:
    farmer = new_id()
    event = import_completed(await new_farm(farmer))
    await deliver(event)
    import_id = event.data["import_id"]
    run = (await ask(f"/runs/{import_id}", farmer)).json()
    assert (run["pipeline"], run["state"], run["failure"]) == ("farm.import", "succeeded", None)
    assert run["inputs"] == [{"kind": "file", "reference": SHA, "name": "weaning.csv", "n_rows": 2010}]
    assert run["outputs"] == [
        {"kind": "farm.weights", "reference": import_id, "name": "accepted rows", "n_rows": 2000},
        {"kind": "farm.rejected_rows", "reference": import_id, "name": "rejected rows", "n_rows": 10},
    ]


async def test_an_evaluation_that_failed_and_was_retried(ask: Ask, deliver: Deliver, new_farm: NewFarm) -> None:
    farmer, run_id, flock_id = new_id(), new_id(), new_id()
    farm_id = await new_farm(farmer)
    await deliver(evaluation_failed(farm_id, run_id, flock_id))
    failed = (await ask(f"/runs/{run_id}", farmer)).json()
    assert failed["failure"] == {"code": "pedigree_loop", "detail": "A is its own sire"}
    assert (failed["state"], failed["outputs"], failed["finished_at"]) == ("failed", [], "2025-11-02T08:18:00Z")

    completed = evaluation_completed(farm_id, run_id, flock_id)
    for event in (completed, completed, evaluation_failed(farm_id, run_id, flock_id)):
        await deliver(event)
    runs = (await ask("/runs", farmer)).json()["items"]
    assert [(run["id"], run["state"], run["failure"]) for run in runs] == [(str(run_id), "succeeded", None)]
    assert [item["n_rows"] for item in runs[0]["inputs"]] == [2000, 5100]
    assert runs[0]["outputs"][0]["name"] == "WWT, PWT"


async def test_what_touched_a_flock(ask: Ask, deliver: Deliver, new_farm: NewFarm) -> None:
    farmer, run_id, flock_id = new_id(), new_id(), new_id()
    farm_id = await new_farm(farmer)
    await deliver(import_completed(farm_id))
    await deliver(evaluation_completed(farm_id, run_id, flock_id))
    by_flock = (await ask(f"/runs?reference={flock_id}", farmer)).json()["items"]
    assert [run["id"] for run in by_flock] == [str(run_id)]
    assert (await ask("/runs?pipeline=genetics.evaluation&state=failed", farmer)).json()["items"] == []
    assert (await ask("/runs?pipeline=none", farmer)).status_code == 422
