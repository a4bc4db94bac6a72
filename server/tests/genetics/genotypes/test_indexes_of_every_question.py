"""Every statement of every GET of genotypes and breeding values has an index of each large table that it reads."""

from typing import Any
from uuid import UUID

import asyncpg
from apps import Apps
from plans import ask_everything, listening, whole_reads

#: a farm has some dozens of them at most; or they are read by what looks after the platform
SMALL = ["flock", "membership", "organisation_farm", "location", "recorder", "outbox", "job", "chip", "schedule"]
#: without a farm of their own
LARGE_TOO = ("marker",)
#: an animal has few samples, and they are on few chips
COUNTED = """
analyze farm.parent_claim (status, parent_type), farm.observation (state), farm.identifier (state),
  genetics.sample (animal_id), genetics.genotyping (sample_id);
"""
VALUES = {
    "trait": "WWT", "sex": "male", "sort": "ebv", "by": "flock", "chromosome": "1", "first": "1000", "last": "90000",
    "map_version": "1", "shared": "true", "consensus": "true", "gene": "PRNP", "state": "accepted", "with_past": "true",
    "born_from": "2019-01-01", "born_to": "2021-01-01", "version": "1", "number": "1", "name": "s5",
    "up": "3", "down": "3", "program": "plink2",
}  # fmt: skip
LISTS = {
    "callSetDbId": "callsets", "sampleDbId": "samples", "variantDbId": "variants", "variantSetDbId": "variantsets",
    "referenceDbId": "references", "referenceSetDbId": "referencesets",
}  # fmt: skip


async def test_no_statement_reads_a_large_table_from_end_to_end(
    new_lab: Any, barn: Any, run_job: Any, apps: Apps, admin: asyncpg.Connection
) -> None:
    lab = await new_lab()
    assert (await lab.take(lab.flock.plink()))["state"] == "succeeded"
    await barn.season(lab.farm, n_drops=1, n_lambs=20)
    run = await lab.person.evaluate(lab.farm.flock_id, traits=["WWT"])
    assert (await run_job(run))["state"] == "succeeded"
    index = {"name": "Terminal", "currency": "AUD", "weights": [{"trait": "WWT", "weight": 2.0}]}
    made = await lab.person.ask("POST", f"/farms/{lab.farm.id}/indexes", json=index)
    export = {"farm_id": str(lab.farm.id), "chip_id": lab.chip_id, "format": "vcf"}
    sent = await lab.person.ask("POST", "/genotype-exports", json=export)
    assert (made.status_code, sent.status_code) == (201, 202), sent.text

    async def get(path: str, query: dict[str, str]) -> Any:
        answer = await lab.person.client.get(f"http://genetics{path}", params=query, headers=lab.person.headers)
        assert answer.status_code < 500, f"{path} {query}: {answer.text}"
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        return (answer.json() if is_json else answer.text) if answer.is_success else None

    lamb = lab.flock.rows[-1]["id"]
    real = {
        "farm_id": str(lab.farm.id), "flock_id": str(lab.farm.flock_id), "animal_id": str(lamb), "run_id": str(run),
        "from_run": str(run), "to_run": str(run), "chip_id": str(lab.chip_id), "index_id": made.json()["id"],
        "job_id": str(run), "import_id": await only(admin, "genotype_import", lab.farm.id),
        "export_id": await only(admin, "genotype_export", lab.farm.id), "germplasmDbId": str(lamb),
    }  # fmt: skip
    with listening() as said:
        for name, path in LISTS.items():
            real[name] = (await get(f"/brapi/v2/{path}", {}))["result"]["data"][0][name]
        assert await ask_everything(get, real, VALUES, apps("genetics").openapi()["paths"]) > 60
    assert len(said) > 60
    faults = await whole_reads(
        admin, said, schemas=["genetics", "farm"], small=SMALL, large_too=LARGE_TOO, counted=COUNTED,
        role="genetics_app", user_id=lab.person.id,
    )  # fmt: skip
    assert not faults, "\n\n".join(f"{', '.join(wrong)}: {statement}" for statement, wrong in faults.items())


async def only(connection: asyncpg.Connection, relation: str, farm_id: UUID) -> str:
    """The id of the one row that the farm has."""
    return str(await connection.fetchval(f"select id from genetics.{relation} where farm_id = $1", farm_id))
