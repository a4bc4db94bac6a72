"""Parents whom genotypes have found become proposed claims; they stand when somebody accepts them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from bellwether.farm.pedigree.proposals import PROPOSED
from bellwether.farm.worker import consumers
from bellwether.platform.database.transactions import Database
from bellwether.platform.events.consumers import Subscription
from bellwether.platform.events.facts import Event, Hopeless
from bellwether.platform.ids import new_id

from .conftest import Farmer


def proposed(farmer: Farmer, *claims: tuple[str, str, str], farm_id: str | None = None) -> Event:
    """The fact that a check tells."""
    told = [{"child_id": c, "parent_id": p, "parent_type": role, "lod": 40.0, "delta": 9.0} for c, p, role in claims]
    data: dict[str, Any] = {"farm_id": farm_id or farmer.farm_id, "check_id": str(new_id()), "claims": told}
    fields = {"id": new_id(), "type": PROPOSED, "key": data["check_id"], "farm_id": UUID(farmer.farm_id)}
    return Event(**fields, time=datetime.now(UTC), data=data, key_version=1)


@pytest.fixture
async def reader(settings_of: Callable[[str], Any]) -> Any:
    database = Database(settings_of("farm"))
    yield Subscription(consumers()[0], database, None)  # type: ignore[arg-type]
    await database.close()


async def test_a_found_parent_is_proposed_once_and_stands_when_accepted(farmer: Farmer, reader: Any) -> None:
    ram = (await farmer.animal(sex="male", birth_date="2020-08-01"))["id"]
    ewe = (await farmer.animal(sex="female", birth_date="2020-08-01"))["id"]
    lamb = (await farmer.animal(birth_date="2024-08-01"))["id"]
    # a ewe is no sire, and a stranger is nobody's
    fact = proposed(farmer, (lamb, ram, "sire"), (lamb, ewe, "sire"), (lamb, str(new_id()), "dam"))
    await reader.apply(fact)
    await reader.apply(proposed(farmer, (lamb, ram, "sire")))
    claims = (await farmer.ask("POST", "/claims/query", 200, json={"ids": [lamb]})).json()["items"]
    assert [(c["parent_id"], c["method"], c["status"]) for c in claims] == [(ram, "dna", "proposed")]
    assert (await farmer.ask("GET", f"/animals/{lamb}", 200)).json()["sire_id"] is None
    await farmer.ask("POST", "/claims/resolve", 200, json={"ids": [lamb]})
    assert (await farmer.ask("GET", f"/animals/{lamb}", 200)).json()["sire_id"] == ram


async def test_a_fact_that_breaks_its_contract_is_hopeless(farmer: Farmer, reader: Any) -> None:
    lamb, ram = str(new_id()), str(new_id())
    for fact in (proposed(farmer, (lamb, ram, "uncle")), proposed(farmer, farm_id=str(new_id()))):
        with pytest.raises(Hopeless):
            await reader.apply(fact)
