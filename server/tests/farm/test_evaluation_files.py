"""A flock in the files of evaluation programs: `evaluate` runs on it, the others say the same in their own numbers."""

import csv
import io
import json
import random
import zipfile
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import polars as pl
import pytest
from bellwether.commands.evaluate import app
from bellwether.farm.exports import repository
from bellwether.farm.exports.evaluating.variances import dictionary
from bellwether.modelling.flocks.flock_data import Animal, Measurement, select_flock
from bellwether.modelling.flocks.flock_evaluation import evaluate_flock
from bellwether.modelling.flocks.plan import plan_of
from bellwether.sheep.traits import DICTIONARY
from typer.testing import CliRunner

from .conftest import Farmer
from .exporting import exported
from .test_syndicates import rams, sired, syndicate

HEAD = "VID,EID,Sire,Dam,Sex,DOB,BTYPE,RTYPE,BWT,WWT,WWTDATE,WWTGRP\n"


def a_flock(chance: random.Random) -> bytes:
    """Three rams, twelve ewes, forty lambs, some of them without a weight, and one ram with an awkward tag."""
    lines = [f"20000{n},,,,ram,2020-08-0{n},1,1,,,,\n" for n in (1, 2)] + ["Ram of Tom,,,,ram,2020-08-03,1,1,,,,\n"]
    lines += [f"2001{n:02d},,,,ewe,2020-09-{n + 1:02d},1,1,,,,\n" for n in range(12)]
    sires = ("200001", "200002", "Ram of Tom")
    for n in range(40):
        born = date(2024, 8, 1) + timedelta(days=n // 2)
        weight = "" if n % 9 == 0 else f"{chance.gauss(32, 4):.1f}"
        lines.append(
            f"24{n:04d},98200{n:010d},{sires[n % 3]},2001{n % 12:02d},{'ram' if n % 2 else 'ewe'},{born},"
            f"{1 + n % 3},1,{chance.gauss(4.5, 0.6):.1f},{weight},{born + timedelta(days=98 + n % 5)},{1 + n % 2}\n"
        )
    return (HEAD + "".join(lines)).encode()


@pytest.fixture
async def flock(farmer: Farmer, chance: random.Random) -> Farmer:
    """A farm with it."""
    done = await farmer.take_in(a_flock(chance), "flock")
    assert done["rows_rejected"] == 0, await farmer.rows(done["import_id"], accepted="false")
    return farmer


async def files(farmer: Farmer, name: str) -> dict[str, str]:
    """The archive of one format, two traits."""
    content, _ = await exported(farmer, name, traits=["BWT", "WWT"])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {each: archive.read(each).decode() for each in archive.namelist()}


def words(text: str) -> list[list[str]]:
    """Lines of words."""
    return [line.split() for line in text.splitlines()]


async def test_evaluate_gives_the_breeding_values_of_the_platform(flock: Farmer, tmp_path: Path) -> None:
    found = await files(flock, "evaluate")
    for name, text in found.items():
        (tmp_path / name).write_text(text)
    options = [f"--pedigree={tmp_path}/ped.csv", f"--records={tmp_path}/rec.csv", f"--model={tmp_path}/model.toml"]
    answer = CliRunner().invoke(app, [*options, f"--out={tmp_path}/results"])
    assert answer.exit_code == 0, answer.output
    text = {"animal": pl.String, "label": pl.String, "id": pl.String, "tag": pl.String}
    values = pl.read_csv(tmp_path / "results/breeding_values.csv", schema_overrides=text)
    keys = pl.read_csv(tmp_path / "keys.csv", schema_overrides=text)
    mine = values.join(keys, left_on="animal", right_on="label").select("id", "trait", "ebv")
    theirs = await of_the_platform(flock)
    both = mine.join(theirs, left_on=["id", "trait"], right_on=["animal", "trait"], validate="1:1")
    assert both.height == mine.height == theirs.height > 100
    assert (both["ebv"] - both["ebv_right"]).abs().max() < 1e-6


async def of_the_platform(farmer: Farmer) -> pl.DataFrame:
    """Breeding values of an evaluation of this flock."""
    connection = await asyncpg.connect(farmer.admin_dsn)
    farm, flock = UUID(farmer.farm_id), UUID(farmer.flock_id)
    animals = [Animal(*row) for row in await connection.fetch(repository.KIN, farm)]
    rows = await connection.fetch(repository.MEASURED, farm, flock, [])
    await connection.close()
    measured = [
        Measurement(*(str(row[name]) for name in ("id", "animal_id", "trait")), row["value"], str(row["occurred_on"]),
                    row["age_days"], row["contemporary_group"])
        for row in rows
    ]  # fmt: skip
    data = select_flock(farmer.flock_id, animals, measured)
    plan = plan_of(farmer.flock_id, dictionary(DICTIONARY), ["BWT", "WWT"], "auto")
    table = evaluate_flock(data, plan).found.tables["breeding_values.csv"]
    return pl.read_csv(io.StringIO(table.write_csv())).select("animal", "trait", "ebv")


@pytest.mark.parametrize(("name", "place", "unknown"), [
    ("evaluate", "ped.csv", ""), ("asreml", "flock.ped", "0"), ("blupf90", "pedigree.txt", "0"),
    ("wombat", "flock.ped", "0"),
])  # fmt: skip
async def test_parents_stand_before_their_offspring(flock: Farmer, name: str, place: str, unknown: str) -> None:
    text = (await files(flock, name))[place]
    rows = words(text) if name in ("blupf90", "wombat") else list(csv.reader(io.StringIO(text)))[1:]
    assert len(rows) == 55
    seen = {unknown}
    for animal, sire, dam in rows:
        assert {sire, dam} <= seen
        assert animal not in seen
        seen.add(animal)
    if name == "wombat":
        assert [row[0] for row in rows] == [str(n) for n in range(1, 56)]


async def test_every_program_gets_the_same_records(flock: Farmer) -> None:
    """Of BLUPF90 by the columns that the parameter file names, of WOMBAT by its key, of ASReml by its header."""
    mine = list(csv.DictReader(io.StringIO((await files(flock, "evaluate"))["rec.csv"])))
    blupf90 = await files(flock, "blupf90")
    columns = [each.split("=")[1] for each in blupf90["renum.par"].splitlines()[0].split()[4:]]
    for row, other in zip(mine, words(blupf90["data.txt"]), strict=True):
        read = dict(zip(columns, other, strict=True))
        assert {name: row[name] or ("-999" if name in ("BWT", "WWT") else "0") for name in columns} == read
    asreml = csv.DictReader(io.StringIO((await files(flock, "asreml"))["flock.csv"]))
    assert [{name: "" if cell == "NA" else cell for name, cell in row.items()} for row in asreml] == mine
    wombat = await files(flock, "wombat")
    means = {(r["column"], r["number"]): r["means"] for r in csv.DictReader(io.StringIO(wombat["codes.csv"]))}
    lines = words(wombat["flock.dat"])
    assert lines == sorted(lines, key=lambda line: (int(line[1]), int(line[0])))
    found = {(means["animal", line[1]], ("BWT", "WWT")[int(line[0]) - 1]): line[-1] for line in lines}
    assert found == {(row["animal"], code): row[code] for row in mine for code in ("BWT", "WWT") if row[code]}


async def test_what_is_left_out_is_counted_and_labels_lead_back(flock: Farmer) -> None:
    found = await files(flock, "blupf90")
    report = json.loads(found["report.json"])
    assert report["written"]["animals_in_pedigree"] == 55
    assert report["written"]["records_WWT"] == 35
    keys = list(csv.DictReader(io.StringIO(found["keys.csv"])))
    (awkward,) = [row for row in keys if row["tag"] == "RAMOFTOM"]
    assert awkward["label"] == "RAMOFTOM"
    assert all(len(row["label"]) <= 20 and " " not in row["label"] for row in keys)
    assert len({row["label"] for row in keys}) == 55
    assert "0\t" not in found["renum.par"]


@pytest.mark.parametrize("name", ["blupf90", "asreml", "wombat", "evaluate"])
async def test_sires_of_whom_only_their_syndicate_is_known_are_told(flock: Farmer, name: str) -> None:
    lamb = (await flock.animal(birth_date="2024-08-01", identifiers=[{"kind": "visual", "value": "249999"}]))["id"]
    await sired(flock, await syndicate(flock, await rams(flock, 2)), lamb)
    weight = {"animal_id": lamb, "trait": "WWT", "weight": 31.5, "occurred_on": "2024-11-08", "group": "1"}
    await flock.make("/weights", farm_id=flock.farm_id, weights=[weight])
    _, report = await exported(flock, name, traits=["WWT"])
    told = {each["code"]: (each["count"], each["examples"]) for each in report["left_out"]}
    assert told["sire_of_several"] == (1, ["249999"])


async def test_a_flock_without_records_is_told(farmer: Farmer) -> None:
    await farmer.animal(identifiers=[{"kind": "visual", "value": "1"}])
    with pytest.raises(Exception, match="No usable record"):
        await exported(farmer, "blupf90", traits=["WWT"])
