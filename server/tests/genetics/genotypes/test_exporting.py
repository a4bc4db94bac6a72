"""Files out of the database: what came in as PLINK or VCF goes out as the same."""

import gzip
import io
import json
import zipfile
import zlib
from typing import Any
from uuid import UUID

import numpy as np
import polars as pl
import pytest
from bellwether_engine.genotypes import from_bed

HEAD = (
    "##fileformat=VCFv4.2\n##contig=<ID=OAR2>\n##contig=<ID=OARX>\n"
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="g">\n##FORMAT=<ID=DS,Number=1,Type=Float,Description="d">\n'
)


async def written(lab: Any, form: str, chip_id: int = 0) -> bytes:
    """The file of an export."""
    body = {"farm_id": str(lab.farm.id), "chip_id": chip_id or lab.chip_id, "format": form}
    answer = await lab.person.ask("POST", "/genotype-exports", json=body)
    assert answer.status_code == 202, answer.text
    key = answer.json()["id"]
    early = await lab.person.ask("GET", f"/genotype-exports/{key}/file")
    assert early.json()["code"] == "export_not_ready"
    row = await lab.run_job(UUID(key))
    assert row["state"] == "succeeded", row["error"]
    answer = await lab.person.ask("GET", f"/genotype-exports/{key}/file")
    assert answer.status_code == 200
    content: bytes = answer.content
    return content


@pytest.fixture
async def lab(new_lab: Any) -> Any:
    """With genotypes."""
    found = await new_lab()
    assert (await found.take(found.flock.plink()))["state"] == "succeeded"
    return found


async def test_plink_goes_out_as_it_came_in(lab: Any) -> None:
    """The same three files to the letter, whatever the order of chromosomes in them; tabs for blanks."""
    before, after = (
        {name[-3:]: archive.read(name) for name in archive.namelist()}
        for archive in (zipfile.ZipFile(io.BytesIO(each)) for each in (lab.flock.plink(), await written(lab, "plink")))
    )
    assert after["bim"].split() == before["bim"].split()
    assert after["fam"].split() == before["fam"].split()
    assert after["bed"] == before["bed"]


async def test_parquet_and_vcf_zarr_say_the_same(lab: Any) -> None:
    frame = pl.read_parquet(io.BytesIO(await written(lab, "parquet")))
    assert frame["marker"].to_list() == [f"s{i}" for i in range(403)]
    codes = frame.select(lab.flock.names).fill_null(3).to_numpy().T
    assert (codes == lab.flock.codes).all()
    archive = zipfile.ZipFile(io.BytesIO(await written(lab, "vcf_zarr")))
    about = json.loads(archive.read("call_genotype/.zarray"))
    assert (about["zarr_format"], about["shape"], about["dtype"]) == (2, [403, 20, 2], "|i1")
    assert json.loads(archive.read("call_genotype/.zattrs")) == {"_ARRAY_DIMENSIONS": ["variants", "samples", "ploidy"]}
    chunk = np.frombuffer(zlib.decompress(archive.read("call_genotype/0.0.0")), dtype=np.int8)
    calls = chunk.reshape(about["chunks"])
    assert (lab.flock.codes == np.where(calls[:, :, 0] < 0, 3, calls.sum(axis=2)).T).all()


async def test_vcf_goes_out_as_it_came_in(new_lab: Any) -> None:
    lab = await new_lab()
    names, rng = lab.flock.names, np.random.default_rng(5)
    lines = []
    for i in range(60):
        calls = [("0/0", "0/1", "1/1", "./.")[k] for k in rng.choice(4, 20, p=(0.4, 0.3, 0.25, 0.05))]
        alleles = (("A", "G"), ("C", "T"), ("G", "GA"))[i % 3]
        place = (f"OAR{'X' if i % 7 == 0 else 2}", str(500 + (37 * i) % 400), f"v{i}")
        lines.append("\t".join((*place, *alleles, ".", ".", ".", "GT", *calls)))
    text = HEAD + "\t".join(("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *names)) + "\n"
    text += "\n".join(lines) + "\n"
    chip = await lab.add_chip("V", "sites.vcf", text)
    row = await lab.take(text.encode(), "a.vcf", chip_id=chip, min_call_rate=0)
    assert row["state"] == "succeeded", row["error"]
    for each in (await lab.person.ask("GET", f"/genotype-imports/{row['id']}/samples")).json()["items"]:
        assert set(each["reasons"]) <= {"parent_conflict", "swapped", "other_sex", "mendelian_conflict"}
    await accept_all(lab)
    out = gzip.decompress(await written(lab, "vcf", chip)).decode().splitlines()
    assert [line for line in out if not line.startswith("##")] == [
        line for line in text.splitlines() if line[:2] != "##"
    ]
    assert [line for line in out if "contig" in line] == ["##contig=<ID=OARX>", "##contig=<ID=OAR2>"]


async def test_dosages_go_out_as_they_came_in(new_lab: Any) -> None:
    lab = await new_lab()
    names, rng = lab.flock.names, np.random.default_rng(6)
    copies = rng.uniform(0, 2, (12, 20)).astype(np.float32)
    rows = []
    for i in range(12):
        cells = [str(each) for each in copies[i]]
        rows.append("\t".join(("OAR2", str(100 + i), f"d{i}", "A", "C", ".", ".", ".", "DS", *cells)))
    text = HEAD + "\t".join(("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *names)) + "\n"
    text += "\n".join(rows) + "\n"
    chip = await lab.add_chip("D", "sites.vcf", text)
    row = await lab.take(text.encode(), "a.vcf", chip_id=chip, min_call_rate=0)
    assert row["state"] == "succeeded", row["error"]
    await accept_all(lab)
    out = gzip.decompress(await written(lab, "vcf", chip)).decode().splitlines()
    found = [[cell.split(":")[1] for cell in line.split("\t")[9:]] for line in out if not line.startswith("#")]
    assert (np.array(found, dtype=np.float32) == copies).all()
    frame = pl.read_parquet(io.BytesIO(await written(lab, "parquet", chip)))
    assert (frame.select(names).to_numpy() == copies).all()
    turned = text.replace("d3\tA\tC", "d3\tC\tA")
    answer = await lab.person.ask("POST", f"/chips/{chip}/maps", files={"file": ("v2.vcf", turned)})
    assert answer.status_code == 201, answer.text
    frame = pl.read_parquet(io.BytesIO(await written(lab, "parquet", chip)))
    found = frame.select(names).to_numpy()
    assert np.allclose(found[3], 2 - copies[3], atol=1e-6)
    assert (np.delete(found, 3, axis=0) == np.delete(copies, 3, axis=0)).all()


async def accept_all(lab: Any) -> None:
    """What was set apart counts as well: these calls are random."""
    page = (await lab.person.ask("GET", f"/samples?farm_id={lab.farm.id}&state=quarantined")).json()
    for each in page["items"]:
        path = f"/samples/{each['id']}/genotypings/{each['chip_id']}"
        answer = await lab.person.ask("PATCH", path, json={"state": "accepted", "note": "random calls"})
        assert answer.status_code == 200, answer.text


def test_the_bed_of_an_export_is_read_by_the_engine() -> None:
    assert from_bed(bytes([0x6C, 0x1B, 1, 0b11100100]), 4, 1).unpack().ravel().tolist() == [2, 3, 1, 0]
