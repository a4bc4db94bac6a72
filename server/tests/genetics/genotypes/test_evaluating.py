"""Flocks evaluated with the genotypes that the farm has stored."""

import io
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from bellwether.commands.evaluate import app
from bellwether.commands.evaluations.inputs import write_inputs
from typer.testing import CliRunner

from ..barn import Barn
from .conftest import Lab


async def weighed(lab: Lab, barn: Barn) -> None:
    """Weaning weights of the lambs."""
    rng = np.random.default_rng(4)
    day = date(2024, 11, 1)
    rows = [
        (row["id"], "WWT", round(float(rng.normal(30, 4)), 1), day, 90, "S/2024")
        for row in lab.flock.rows
        if row.get("sire_id")
    ]
    await barn.weights(lab.farm, rows)


async def ran(lab: Lab, **body: Any) -> UUID:
    """A run that has succeeded."""
    run_id: UUID = await lab.person.evaluate(lab.farm.flock_id, traits=["WWT"], **body)
    job = await lab.run_job(run_id)
    assert job["state"] == "succeeded", job["error"]
    return run_id


async def by_command(lab: Lab, run_id: UUID, folder: Path) -> dict[str, bytes]:
    """What the command makes of the inputs that the run gives."""
    answer = await lab.person.ask("GET", f"/evaluations/{run_id}/inputs")
    assert answer.status_code == 200, answer.text
    names = write_inputs(answer.content, folder)
    genotypes = "genotypes" if "genotypes.bed" in names else "genotypes.vcf.gz"
    files = {"pedigree": "ped.csv", "records": "rec.csv", "model": "model.toml", "genotypes": genotypes}
    options = [f"--{name}={folder / file}" for name, file in files.items()]
    result = CliRunner().invoke(app, [*options, f"--out={folder / 'out'}"])
    assert result.exit_code == 0, result.output
    return {path.name: path.read_bytes() for path in (folder / "out").iterdir() if path.name != "report.json"}


async def tables_of(lab: Lab, run_id: UUID, names: Any) -> dict[str, bytes]:
    """Tables of the run."""
    found = {}
    for name in names:
        answer = await lab.person.ask("GET", f"/evaluations/{run_id}/tables/{name}")
        assert answer.status_code == 200
        found[name] = answer.content
    return found


def as_vcf(lab: Lab) -> bytes:
    """Some markers of the flock with dosages between calls."""
    rng = np.random.default_rng(5)
    n = 60
    lines = ["##fileformat=VCFv4.2", "##contig=<ID=1>", '##FORMAT=<ID=GT,Number=1,Type=String,Description="g">']
    lines.append('##FORMAT=<ID=DS,Number=1,Type=Float,Description="d">')
    lines.append("\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *lab.flock.names]))
    for i in range(n):
        dosages = np.round(rng.uniform(0, 2, len(lab.flock.names)), 3)
        calls = [f"{('0/0', '0/1', '1/1')[round(x)]}:{x}" for x in dosages.tolist()]
        lines.append("\t".join(["1", str(1000 + i), f"d{i}", "A", "G", ".", ".", ".", "GT:DS", *calls]))
    return ("\n".join(lines) + "\n").encode()


@pytest.mark.parametrize("kind", ["calls", "dosages"])
async def test_stored_genotypes_give_the_bits_of_the_command_and_again_after_a_correction(
    new_lab: Any, barn: Barn, tmp_path: Path, kind: str
) -> None:
    lab = await new_lab()
    await weighed(lab, barn)
    if kind == "calls":
        taken = await lab.take(lab.flock.plink())
    else:
        text = "".join(f"1 d{i} 0 {1000 + i} G A\n" for i in range(60))
        lab.chip_id = await lab.add_chip("D60", content=text)
        taken = await lab.take(as_vcf(lab), "flock.vcf")
    assert taken["state"] == "succeeded", taken["error"]
    run_id = await ran(lab, genotypes="stored")
    made = await by_command(lab, run_id, tmp_path)
    assert made == await tables_of(lab, run_id, made)
    without = await tables_of(lab, await ran(lab), ["breeding_values.csv"])
    assert without["breeding_values.csv"] != made["breeding_values.csv"]

    if kind == "calls":
        other = lab.flock.codes.copy()
        other[:, ::2] = np.where(other[:, ::2] == 1, 2, other[:, ::2])
        corrected = await lab.take(lab.flock.plink(other), existing="correct")
        assert corrected["state"] == "succeeded", corrected["error"]
    answer = await lab.person.ask("POST", f"/evaluations/{run_id}/repeat")
    assert answer.status_code == 202, answer.text
    again = await lab.run_job(UUID(answer.json()["id"]))
    assert again["state"] == "succeeded", again["error"]
    assert json.loads(again["result"])["is_same"]
    first = (await lab.person.ask("GET", f"/evaluations/{run_id}")).json()
    last = (await lab.person.ask("GET", f"/evaluations/{await ran(lab, genotypes='if_stored')}")).json()
    assert (first["snapshot_sha256"] == last["snapshot_sha256"]) == (kind == "dosages")


async def test_of_several_chips_one_is_named_and_without_genotypes_the_pedigree_counts(
    new_lab: Any, barn: Barn
) -> None:
    lab = await new_lab()
    await weighed(lab, barn)
    run_id = await ran(lab, genotypes="if_stored")
    names = zipfile.ZipFile(
        io.BytesIO((await lab.person.ask("GET", f"/evaluations/{run_id}/inputs")).content)
    ).namelist()
    assert set(names) == {"ped.csv", "rec.csv", "model.toml", "README.txt"}
    assert (await lab.take(lab.flock.plink()))["state"] == "succeeded"
    second = await lab.add_chip("S51")
    assert (await lab.take(lab.flock.plink(), "again.zip", chip_id=second))["state"] == "succeeded"
    body = {"flock_id": str(lab.farm.flock_id), "traits": ["WWT"], "genotypes": "stored"}
    answer = await lab.person.ask("POST", "/evaluations", json=body)
    assert answer.status_code == 422
    assert [(row["field"], row["code"]) for row in answer.json()["errors"]] == [("chip_id", "which_chip")]
    await ran(lab, genotypes="stored", chip_id=second)
