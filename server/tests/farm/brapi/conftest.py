"""Somebody with a client of the standard, and a family of animals."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from brapi_standard import Client

from ..conftest import Farmer, NewFarmer

ROOT = "http://farm/brapi/v2"


class Breeder(Client):
    """Somebody with a client of the standard."""

    def __init__(self, farmer: Farmer) -> None:
        super().__init__(farmer.client, farmer.headers, "farm")
        self.farmer = farmer


NewBreeder = Callable[..., Awaitable[Breeder]]


@pytest.fixture
def new_breeder(new_farmer: NewFarmer) -> NewBreeder:
    """`await new_breeder()`: one with a farm and a flock."""

    async def make(**words: Any) -> Breeder:
        return Breeder(await new_farmer(**words))

    return make


@pytest.fixture
async def breeder(new_breeder: NewBreeder) -> Breeder:
    """One of them."""
    return await new_breeder()


@dataclass
class Family:
    """Ids of a sire, a dam and their lambs."""

    sire: str
    dam: str
    lambs: list[str]


@pytest.fixture
async def family(breeder: Breeder) -> Family:
    """Three lambs of one pair; the first was reared by another ewe as well."""
    make = breeder.farmer.animal
    sire = (await make(sex="male", birth_date="2020-08-01", identifiers=[{"kind": "eid", "value": "982000123456789"}]))[
        "id"
    ]
    dam = (await make(sex="female", birth_date="2020-08-02", identifiers=[{"kind": "visual", "value": "E1"}]))["id"]
    foster = (await make(sex="female", birth_date="2020-08-03", identifiers=[{"kind": "visual", "value": "E2"}]))["id"]
    parents = [{"parent_id": sire, "parent_type": "sire"}, {"parent_id": dam, "parent_type": "dam"}]
    reared = {"parent_id": foster, "parent_type": "rearing_dam"}
    lambs = []
    for n in range(3):
        claims = [*parents, reared] if n == 0 else parents
        tag = [{"kind": "visual", "value": f"L{n}"}]
        lambs.append((await make(sex="female", birth_date="2024-08-03", identifiers=tag, parents=claims))["id"])
    return Family(sire, dam, lambs)
