"""Questions about genotypes among many farms: the planner never reads a large table from end to end."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest
from bellwether.genetics.chips import repository as chips
from bellwether.genetics.genotypes import calls
from bellwether.genetics.genotypes.exporting import repository as exporting
from bellwether.genetics.genotypes.genes import repository as genes
from bellwether.genetics.genotypes.importing import repository as importing
from bellwether.genetics.genotypes.reading import repository as reading
from bellwether.genetics.genotypes.samples import repository as samples
from bellwether.platform.ids import new_id
from sqlalchemy import TextClause

#: 300 farms with 12 animals, a sample of each, and calls on two chromosomes of the first farm's chip
FILL = """
create temp table f as select gen_random_uuid() as id from generate_series(1, 300);
insert into farm.farm (id, name, created_by) select id, 'many', id from f;
insert into farm.flock (id, farm_id, name, code, recording_scheme)
  select gen_random_uuid(), id, 'many', 'many', 'none' from f;
insert into farm.animal (id, farm_id, flock_id, source) select gen_random_uuid(), o.farm_id, o.id, 'api'
  from farm.flock o join f on f.id = o.farm_id, generate_series(1, 12);
insert into genetics.genotype_import (id, farm_id, chip_id, map_version, genotype_file_id, file_name, sha256, options)
  select gen_random_uuid(), id, {chip}, 1, id, 'x', repeat('0', 64), '{{}}' from f, generate_series(1, 10);
create temp table i as select distinct on (farm_id) farm_id, id from genetics.genotype_import;
insert into genetics.sample (id, farm_id, animal_id, name, is_preferred)
  select gen_random_uuid(), a.farm_id, a.id, a.id::text, true from farm.animal a join f on f.id = a.farm_id;
insert into genetics.genotyping (sample_id, chip_id, farm_id, map_version, import_id, import_row, state, call_rate,
  sha256)
  select s.id, {chip}, s.farm_id, 1, i.id, row_number() over (), 'accepted', 1, repeat('0', 64)
  from genetics.sample s join i on i.farm_id = s.farm_id join f on f.id = s.farm_id;
insert into genetics.genotype (farm_id, sample_id, chip_id, map_version, version, chrom, block, n_markers, calls)
  select s.farm_id, s.id, {chip}, 1, 1, c, 0, 400, decode(repeat('00', 100), 'hex')
  from genetics.sample s join f on f.id = s.farm_id, unnest(array[1, 3]) as c;
insert into genetics.gene_result (id, farm_id, animal_id, gene, first_allele, second_allele, meaning)
  select gen_random_uuid(), s.farm_id, s.animal_id, 'PRNP', 'ARR', 'ARR', 'R1'
  from genetics.sample s join f on f.id = s.farm_id;
insert into genetics.genotype_export (id, farm_id, chip_id, map_version, format, options)
  select gen_random_uuid(), id, {chip}, 1, 'vcf', '{{}}' from f, generate_series(1, 10);
analyze farm.animal, genetics.sample, genetics.genotyping, genetics.genotype, genetics.genotype_import,
  genetics.gene_result, genetics.genotype_export, genetics.marker;
"""
LARGE = ("animal", "sample", "genotyping", "genotype_1", "genotype_3", "genotype_import", "gene_result",
         "genotype_export", "marker")  # fmt: skip


def told(statement: TextClause | str, values: dict[str, Any]) -> str:
    """A named statement with its values written into it."""
    if isinstance(statement, str):
        return statement
    plain = {key: str(value) if isinstance(value, UUID) else value for key, value in values.items()}
    bound = statement.bindparams(**plain)
    return str(bound.compile(compile_kwargs={"literal_binds": True}))


async def test_no_question_reads_a_large_table_from_end_to_end(new_lab: Any, admin: asyncpg.Connection) -> None:
    lab = await new_lab()
    assert (await lab.take(lab.flock.plink()))["state"] == "succeeded"
    farm, chip, animal = lab.farm.id, lab.chip_id, lab.flock.rows[0]["id"]
    key = await admin.fetchval("select id from genetics.sample where animal_id = $1", animal)
    nothing: UUID = new_id()
    asked: list[tuple[TextClause | str, Any]] = [
        (calls.OF_FARM, (chip, farm, 3, 0, 1)),
        (calls.OF_SAMPLES, (chip, [key], 3, 0, 1)),
        (reading.OF_FARM, (farm, chip)),
        (reading.OF_ANIMAL, (animal, chip)),
        (reading.CALLS_OF_ANIMAL, (key, chip, 1)),
        (reading.MARKER_OF_FARM, (chip, 1, 3, 0, 7, farm)),
        (reading.MARKER_OF_SAMPLES, (chip, 1, 3, 0, 7, [key])),
        (importing.KNOWN, (farm, chip)),
        (importing.SAMPLES, {"id": nothing, "after": -1, "state": None, "limit": 10}),
        (importing.PAGE, {"farm": farm, "before": None, "limit": 10}),
        (exporting.PAGE, {"farm": farm, "before": None, "limit": 10}),
        (samples.PAGE, {"farm": farm, "state": None, "animal": None, "id": nothing, "chip": 0, "version": 0,
                        "limit": 9}),
        (samples.OF_SAMPLE, {"id": key}),
        (genes.PAGE, {"farm": farm, "gene": "PRNP", "animal": None, "with_past": False, "meaning": None,
                      "after": None, "limit": 10}),
        (genes.COUNTS, {"farm": farm}),
        (genes.CURRENT, ([animal],)),
        (chips.PLACES, (chip, 1, ["s5"])),
        (chips.BETWEEN, (chip, 1, 5, 9, 10)),
    ]  # fmt: skip
    await admin.execute("begin")
    try:
        await admin.execute(FILL.format(chip=chip))
        await admin.execute(f"set local role genetics_app; set local app.user_id = '{lab.farm.owner_id}'")
        for statement, values in asked:
            named = isinstance(values, dict)
            plan = await admin.fetch("explain " + told(statement, values if named else {}), *(() if named else values))
            text = "\n".join(row[0] for row in plan)
            for table in LARGE:
                assert f"Seq Scan on {table} " not in text + " ", f"{statement}\n{text}"
    finally:
        await admin.execute("rollback")


#: maps of others, counted, and then one more
MAPS = """
set local session_replication_role = replica;
delete from genetics.marker;
insert into genetics.marker select 1, 1, n, 1, 1, 0, n, n, 'm' || n, 'm' || n, '0', 'A', 'G'
  from generate_series(0, 4999) n;
analyze genetics.marker;
insert into genetics.marker select 2, 1, place, ordinal, chrom, block, at, position, name, written, cm, counted, other
  from genetics.marker;
"""


@pytest.mark.parametrize(
    ("statement", "values", "index"),
    [
        (chips.PLACES, (2, 1, ["m7"]), "marker_chip_id_map_version_name_key"),
        (chips.AT, (2, 1, [7]), "marker_pkey"),
        (chips.BETWEEN, (2, 1, 5, 9, 10), "marker_pkey"),
        (reading.BLOCK_SIZE, (2, 1, 2, 0), "marker_position"),
    ],
)
async def test_a_map_is_counted_as_it_is_written_and_asked_by_its_index(
    statement: str, values: tuple[object, ...], index: str, admin: asyncpg.Connection
) -> None:
    await admin.execute("begin")
    try:
        await admin.execute(MAPS)
        await admin.execute("set local role genetics_app")
        await admin.execute(str(chips.COUNT))
        await admin.execute("reset role")
        plan = "\n".join(row[0] for row in await admin.fetch("explain " + statement, *values))
    finally:
        await admin.execute("rollback")
    assert index in plan, plan
