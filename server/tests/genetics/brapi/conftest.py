"""A laboratory whose genotypes are read with a client of the standard."""

from dataclasses import dataclass
from typing import Any

import pytest
from brapi_standard import Client

from ..genotypes.conftest import new_lab

__all__ = ["new_lab"]


def reader_of(person: Any) -> Client:
    """Somebody with a client of the standard."""
    return Client(person.client, person.headers, "genetics")


@dataclass
class World:
    """A farm with genotypes by a map that counts either allele, its reader, and their ids by tag."""

    lab: Any
    reader: Client
    chip: str
    #: sample of each tag
    samples: dict[str, str]


@pytest.fixture
async def world(new_lab: Any, admin: Any) -> World:
    """All animals of the laboratory, sampled."""
    lab = await new_lab()
    row = await lab.take(lab.flock.plink())
    assert row["state"] == "succeeded", row["error"]
    await admin.execute("update genetics.marker_map set assembly = 'Oar_v4.0' where chip_id = $1", lab.chip_id)
    rows = await admin.fetch("select name, id::text from genetics.sample where farm_id = $1", lab.farm.id)
    return World(lab, reader_of(lab.person), str(lab.chip_id), dict(rows))
