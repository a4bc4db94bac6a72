"""Steps with programs of others through the service: what they make can be fetched, imported and asked for by version.

Properties: a missing program is refused with its remedy before anything runs, and a step that fails keeps nothing.
"""

import csv
import gzip
import hashlib
import io
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import numpy as np
import pytest
from bellwether.modelling.programs import finding
from bellwether.platform.ids import new_id
from programs import empty_path, needs_java, onto_the_path

from .conftest import alleles, chromosomes
from .test_evaluating import ran, weighed

FEW = {"takes_few": True, "max_missing_animal": 0.5, "max_missing_marker": 0.5}


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """All three are there."""
    onto_the_path(monkeypatch)


@pytest.fixture
async def lab(new_lab: Any) -> Any:
    """With genotypes."""
    found = await new_lab()
    assert (await found.take(found.flock.plink()))["state"] == "succeeded"
    return found


async def stepped(lab: Any, body: dict[str, Any]) -> dict[str, Any]:
    """A step that has run, as it is shown."""
    answer = await lab.person.ask("POST", "/program-steps", json=body)
    assert answer.status_code == 202, answer.text
    job = await lab.run_job(UUID(answer.json()["id"]))
    assert job["state"] == "succeeded", job["error"]
    found: dict[str, Any] = (await lab.person.ask("GET", f"/program-steps/{job['id']}")).json()
    return found


async def table(lab: Any, step: dict[str, Any], name: str) -> list[dict[str, str]]:
    """A table of a step."""
    answer = await lab.person.ask("GET", f"/program-steps/{step['id']}/files/{name}")
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


def of(lab: Any, step: str, **options: Any) -> dict[str, Any]:
    """The request of a step on the stored genotypes."""
    return {"step": step, "farm_id": str(lab.farm.id), "chip_id": lab.chip_id, "options": options}


async def test_pruned_genotypes_name_the_program_that_made_them(programs: None, lab: Any) -> None:
    step = await stepped(lab, of(lab, "prune", r2=0.2, n_components=2, **FEW))
    plink = finding.find("plink2")
    assert plink is not None
    assert (step["program"], step["version"], step["program_sha256"]) == ("plink2", plink.version, plink.sha256)
    assert all("/" not in word for words in step["arguments"] for word in words), "files are named within the folder"
    markers = await table(lab, step, "markers.csv")
    stays = [row["marker"] for row in markers if not row["left_out"]]
    assert 0 < len(stays) == step["report"]["n_markers"] < len(markers) == 403
    assert {row["left_out"] for row in markers if row["chromosome"] == "X"} == {"not_autosomal"}
    assert set((await table(lab, step, "components.csv"))[0]) == {"sample", "PC1", "PC2"}
    file = (await lab.person.ask("GET", f"/genotype-files/{step['output_file_id']}")).json()
    assert (file["sha256"], file["n_animals"], file["n_markers"]) == (step["output_sha256"], 20, len(stays))
    again = await stepped(lab, of(lab, "prune", r2=0.2, n_components=2, **FEW))
    assert (again["output_sha256"], again["input_sha256"]) == (step["output_sha256"], step["input_sha256"])


@needs_java
async def test_imputed_genotypes_are_imported_as_a_new_version_that_names_its_source(programs: None, lab: Any) -> None:
    step = await stepped(lab, of(lab, "impute", check_share=0.0))
    report = step["report"]
    x_missing = report["n_missing_after"]
    assert report["n_missing_before"] > x_missing > 0
    body = {"genotype_file_id": step["output_file_id"], "chip_id": lab.chip_id, "options": {"existing": "correct"}}
    answer = await lab.person.ask("POST", "/genotype-imports", json=body)
    job = await lab.run_job(UUID(answer.json()["id"]))
    assert job["state"] == "succeeded", job["error"]
    path = f"/programs/beagle/results?farm_id={lab.farm.id}"
    found = (await lab.person.ask("GET", f"{path}&version={step['version']}")).json()["items"]
    assert {(row["kind"], row["id"]) for row in found} == {("step", step["id"]), ("import", str(job["id"]))}
    assert {row["step_id"] for row in found} == {step["id"]}
    assert (await lab.person.ask("GET", f"{path}&version=0")).json()["items"] == []
    first = (await lab.person.ask("GET", f"{path}&limit=1")).json()
    second = (await lab.person.ask("GET", f"{path}&limit=1&cursor={first['next']}")).json()
    assert [*first["items"], *second["items"]] == found
    answer = await lab.person.ask("GET", f"/program-steps/{step['id']}/files/phased.vcf.gz")
    lines = gzip.decompress(answer.content).decode().splitlines()
    assert lines[[line.startswith("#CHROM") for line in lines].index(True)].split("\t")[9:] == lab.flock.names
    used = (await lab.person.ask("GET", f"/programs?farm_id={lab.farm.id}")).json()["used"]
    assert [(row["program"], row["n_steps"]) for row in used] == [("beagle", 1)]


async def test_an_evaluation_is_found_by_the_version_of_the_program_behind_its_genotypes(
    programs: None, lab: Any, barn: Any
) -> None:
    await weighed(lab, barn)
    before = await ran(lab, genotypes="stored")
    step = await stepped(lab, of(lab, "prune", r2=None, min_frequency=0.0, **FEW))
    body = {"genotype_file_id": step["output_file_id"], "chip_id": lab.chip_id}
    options = {"existing": "correct", "min_call_rate": 0.1}
    answer = await lab.person.ask("POST", "/genotype-imports", json=body | {"options": options})
    assert (await lab.run_job(UUID(answer.json()["id"])))["state"] == "succeeded"
    after = await ran(lab, genotypes="stored")
    path = f"/programs/plink2/results?farm_id={lab.farm.id}&sha256={step['program_sha256']}"
    found = (await lab.person.ask("GET", path)).json()["items"]
    assert {row["id"] for row in found if row["kind"] == "evaluation"} == {str(after)} != {str(before)}


def panel_of(lab: Any, *, first: str = "0|1", shift: int = 0) -> bytes:
    """A reference panel of eight animals at the chip's markers, and at one more beside each."""
    rng, lines = np.random.default_rng(2), []
    for i, chromosome in enumerate(chromosomes(lab.flock.codes.shape[1]).tolist()):
        counted, other = alleles(i)
        for step in (0, 500):
            at = 1000 * (lab.flock.codes.shape[1] - i) + step + shift
            calls = "\t".join(f"{a}|{b}" for a, b in rng.integers(0, 2, (8, 2)).tolist())
            if chromosome != "X":
                lines.append((int(chromosome), at, f".\t{other}\t{counted}\t.\t.\t.\tGT\t{calls}\n"))
    rows = [f"{chromosome}\t{at}\t{rest}" for chromosome, at, rest in sorted(lines)]
    rows[0] = rows[0].replace(rows[0].split("\t")[9], first, 1)
    names = "\t".join(f"P{i}" for i in range(8))
    head = '##fileformat=VCFv4.2\n##FORMAT=<ID=GT,Number=1,Type=String,Description="g">\n'
    columns = f"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{names}\n"
    return gzip.compress((head + columns + "".join(rows)).encode(), mtime=0)


@needs_java
async def test_a_reference_panel_is_read_and_named_with_what_came_of_it(programs: None, lab: Any) -> None:
    """Its digest stands with the step, its uses with the programs, and results are asked for by it."""
    content = panel_of(lab)
    panel = await lab.keep(content, "panel.vcf.gz")
    options = {"check_share": 0.0, "markers": "panel"}
    step = await stepped(lab, of(lab, "impute", **options) | {"panel_file_id": panel})
    sha256 = hashlib.sha256(content).hexdigest()
    assert (step["panel_file_id"], step["panel_sha256"], step["genetic_map_sha256"]) == (panel, sha256, None)
    assert "ref=panel.vcf.gz" in step["arguments"][0]
    assert step["report"]["n_markers"] == step["report"]["n_panel_sites"] == 2 * step["report"]["n_markers_phased"]
    file = (await lab.person.ask("GET", f"/genotype-files/{step['output_file_id']}")).json()
    assert (file["n_animals"], file["n_markers"]) == (20, step["report"]["n_markers"])
    path = f"/programs/beagle/results?farm_id={lab.farm.id}&panel_sha256="
    found = (await lab.person.ask("GET", path + sha256)).json()["items"]
    assert [(row["id"], row["panel_sha256"], row["version"]) for row in found] == [
        (step["id"], sha256, step["version"])
    ]
    assert (await lab.person.ask("GET", path + "0" * 64)).json()["items"] == []
    panels = (await lab.person.ask("GET", f"/programs?farm_id={lab.farm.id}")).json()["panels"]
    assert [(row["sha256"], row["name"], row["version"], row["n_steps"]) for row in panels] == [
        (sha256, "panel.vcf.gz", step["version"], 1)
    ]
    assert (await lab.person.ask("DELETE", f"/genotype-files/{panel}")).status_code == 204
    panels = (await lab.person.ask("GET", f"/programs?farm_id={lab.farm.id}")).json()["panels"]
    assert [(row["sha256"], row["name"], row["genotype_file_id"]) for row in panels] == [(sha256, None, None)]


@needs_java
async def test_a_panel_that_cannot_be_used_is_refused_by_name(programs: None, lab: Any, new_lab: Any) -> None:
    async def answered(panel: str | None, **options: Any) -> tuple[int, str]:
        body = of(lab, "impute", **options) | {"panel_file_id": panel}
        answer = await lab.person.ask("POST", "/program-steps", json=body)
        found = answer.json()
        return answer.status_code, found["errors"][0]["code"] if found.get("errors") else found.get("code", "")

    async def ended(content: bytes, **options: Any) -> str:
        body = of(lab, "impute", **options) | {"panel_file_id": await lab.keep(content, "panel.vcf.gz")}
        answer = await lab.person.ask("POST", "/program-steps", json=body)
        job = await lab.run_job(UUID(answer.json()["id"]))
        assert job["state"] == "failed"
        code: str = json.loads(job["error"])["errors"][0]["code"]
        return code

    other = await new_lab()
    assert await answered(None, markers="panel") == (422, "missing_panel")
    assert await answered(str(new_id())) == (404, "no_such_genotypes")
    assert await answered(await other.keep(panel_of(lab), "panel.vcf.gz")) == (404, "no_such_genotypes")
    assert await answered(await lab.keep(lab.flock.plink(lab.flock.codes[:, :9]))) == (422, "no_vcf")
    assert await ended(panel_of(lab, first="0/1")) == "panel_not_phased"
    assert await ended(panel_of(lab, shift=7)) == "no_shared_markers"
    assert await ended(panel_of(lab), genetic_map=True) == "genetic_map_order"


VCF = (
    "##fileformat=VCFv4.2\n##contig=<ID=1>\n##FILTER=<ID=q10,Description=\"q\">\n"
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="g">\n'
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tT000\tT001\n"
    "1\t100\t.\tA\tG,T\t50\tPASS\t.\tGT\t1/2\t0/2\n"
    "1\t200\trs2\tC\tT\t5\tPASS\t.\tGT\t0/0\t1/1\n"
    "1\t300\trs3\tC\tT\t50\tq10\t.\tGT\t0/1\t1/1\n"
    "1\t400\trs4\tC\tT\t50\tPASS\t.\tGT\t0/1\t1/1\n"
    "1\t400\trs4\tC\tT\t50\tPASS\t.\tGT\t0/1\t1/1\n"
)  # fmt: skip


async def test_a_vcf_is_made_ready_for_an_import(programs: None, new_lab: Any) -> None:
    lab = await new_lab()
    kept = await lab.keep(VCF.encode(), "raw.vcf")
    options = {"min_quality": 10, "only_passed": True}
    step = await stepped(lab, {"step": "normalise", "genotype_file_id": kept, "options": options})
    assert step["report"] == {"n_sites_before": 5, "n_sites": 3}
    file = (await lab.person.ask("GET", f"/genotype-files/{step['output_file_id']}")).json()
    assert (file["n_animals"], file["n_markers"]) == (2, 3)
    assert (step["program"], step["source_file_id"]) == ("bcftools", kept)


async def test_without_a_program_a_step_is_refused_with_its_remedy(
    lab: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    empty_path(monkeypatch, tmp_path)
    answer = await lab.person.ask("POST", "/program-steps", json=of(lab, "impute"))
    assert (answer.status_code, answer.json()["code"]) == (422, "missing_program")
    assert "apt-get install beagle" in answer.json()["errors"][0]["fix"]
    assert (await lab.person.ask("GET", f"/program-steps?farm_id={lab.farm.id}")).json()["items"] == []
    installed = (await lab.person.ask("GET", f"/programs?farm_id={lab.farm.id}")).json()["installed"]
    assert [(row["version"], row["remedy"] is None) for row in installed] == [(None, False)] * 3


async def test_a_step_that_fails_keeps_nothing(programs: None, lab: Any) -> None:
    few, none = ({}, "animals are left"), (FEW | {"max_missing_animal": 0}, "remaining after main filters")
    for options, said in (few, none):
        answer = await lab.person.ask("POST", "/program-steps", json=of(lab, "prune", **options))
        job = await lab.run_job(UUID(answer.json()["id"]))
        assert job["state"] == "failed"
        assert said in json.loads(job["error"])["detail"]
        step = (await lab.person.ask("GET", f"/program-steps/{job['id']}")).json()
        assert (step["version"], step["output_file_id"], step["files"]) == (None, None, [])


async def test_who_may_do_what(programs: None, lab: Any, people: Any, admin: asyncpg.Connection) -> None:
    step = await stepped(lab, of(lab, "prune", **FEW))
    farm, key = lab.farm.id, step["id"]
    viewer = people()
    await admin.execute(
        "insert into farm.membership (user_id, farm_id, role) values ($1, $2, 'viewer')", viewer.id, farm
    )
    asked: dict[str, tuple[str, str, dict[str, Any]]] = {
        "step": ("GET", f"/program-steps/{key}", {}),
        "file": ("GET", f"/program-steps/{key}/files/markers.csv", {}),
        "programs": ("GET", f"/programs?farm_id={farm}", {}),
        "results": ("GET", f"/programs/plink2/results?farm_id={farm}", {}),
        "run": ("POST", "/program-steps", {"json": of(lab, "prune", **FEW)}),
        "of a file": (
            "POST", "/program-steps", {"json": {"step": "normalise", "genotype_file_id": step["output_file_id"]}},
        ),
    }  # fmt: skip
    base = "http://genetics/api/v1/genetics"
    for who, expected in (
        (None, [401] * 6), (people("administrator"), [403] * 6), (people(), [404] * 6),
        (viewer, [200, 200, 200, 200, 403, 422]), (lab.person, [200, 200, 200, 200, 202, 422]),
    ):  # fmt: skip
        ask = people().client.request if who is None else who.ask
        before = base if who is None else ""
        found = [(await ask(verb, before + path, **more)).status_code for verb, path, more in asked.values()]
        assert found == expected
    stranger = people()
    assert (await stranger.ask("GET", f"/program-steps?farm_id={farm}")).json()["items"] == []
    assert len((await viewer.ask("GET", f"/program-steps?farm_id={farm}")).json()["items"]) == 2
    assert (await lab.person.ask("GET", f"/program-steps/{key}/files/none.csv")).status_code == 404
    assert (await lab.person.ask("GET", f"/program-steps/{new_id()}")).status_code == 404
    with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError):
        await admin.execute("update genetics.program_step set version = '0' where id = $1", UUID(key))
