"""What of genotypes follows when the farm makes one animal of two, and two of one again."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from bellwether.genetics.genotypes.merges.following import MERGED, UNMERGED, follow
from bellwether.platform.database.transactions import Database
from bellwether.platform.events.facts import Event, Hopeless
from bellwether.platform.ids import new_id


async def tell(database: Database, farm_id: UUID, ids: dict[str, UUID], kind: str, version: int) -> None:
    """A fact of the farm arrives."""
    data = {"farm_id": str(farm_id), **{name: str(key) for name, key in ids.items()}}
    event = Event(new_id(), kind, str(ids["merge_id"]), datetime.now(UTC), data, farm_id, version)
    async with database.transaction(event.context) as session:
        await follow(session, event)


async def state(admin: asyncpg.Connection, farm_id: UUID) -> list[tuple[Any, ...]]:
    """Whose each sample and each result is, and which of them count."""
    samples = "select name, animal_id, is_preferred from genetics.sample where farm_id = $1"
    results = "select gene, animal_id, is_current from genetics.gene_result where farm_id = $1"
    return sorted(tuple(row) for row in await admin.fetch(f"{samples} union all {results}", farm_id))


async def test_samples_go_with_their_animals_and_come_back(
    new_lab: Any, admin: asyncpg.Connection, database: Database
) -> None:
    lab = await new_lab()
    lab.n_kept = {}
    assert (await lab.take(lab.flock.plink()))["state"] == "succeeded"
    loser, winner = lab.flock.rows[2]["id"], lab.flock.rows[3]["id"]
    for animal in (loser, winner):
        await admin.execute(
            "insert into genetics.gene_result (id, farm_id, animal_id, gene, first_allele, second_allele, meaning) "
            "values ($1, $2, $3, 'PRNP', 'ARR', 'ARQ', 'R2')",
            new_id(), lab.farm.id, animal,
        )  # fmt: skip
    before = await state(admin, lab.farm.id)
    ids = {"merge_id": new_id(), "loser_id": loser, "winner_id": winner}
    await tell(database, lab.farm.id, ids, MERGED, 1)
    after = await state(admin, lab.farm.id)
    assert not [row for row in after if row[1] == loser]
    assert [row[2] for row in after if row[0] in ("T002", "T003")] == [False, True]
    assert sorted(row[2] for row in after if row[0] == "PRNP") == [False, True]
    await tell(database, lab.farm.id, ids, MERGED, 1)
    assert await state(admin, lab.farm.id) == after
    await tell(database, lab.farm.id, ids, UNMERGED, 2)
    assert await state(admin, lab.farm.id) == before
    await tell(database, lab.farm.id, ids, MERGED, 1)
    assert await state(admin, lab.farm.id) == before, "a fact that comes late changes nothing"


async def test_what_somebody_moves_on_stays_there(new_lab: Any, admin: asyncpg.Connection, database: Database) -> None:
    lab = await new_lab()
    lab.n_kept = {}
    assert (await lab.take(lab.flock.plink()))["state"] == "succeeded"
    loser, winner, third = (lab.flock.rows[i]["id"] for i in (2, 3, 4))
    ids = {"merge_id": new_id(), "loser_id": loser, "winner_id": winner}
    await tell(database, lab.farm.id, ids, MERGED, 1)
    sample, rev = await admin.fetchrow(
        "select id, rev from genetics.sample where farm_id = $1 and name = 'T002'", lab.farm.id
    )
    headers = {"If-Match": f'"{rev}"'}
    answer = await lab.person.ask("PATCH", f"/samples/{sample}", json={"animal_id": str(third)}, headers=headers)
    assert answer.status_code == 200, answer.text
    await tell(database, lab.farm.id, ids, UNMERGED, 2)
    assert await admin.fetchval("select animal_id from genetics.sample where id = $1", sample) == third


async def test_a_fact_that_breaks_its_contract_is_hopeless(database: Database) -> None:
    ids = {"merge_id": new_id(), "loser_id": new_id()}
    with pytest.raises(Hopeless):
        await tell(database, new_id(), ids, MERGED, 1)
