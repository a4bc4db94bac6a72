"""Every query about the tables of runs. What two runs have in common is kept once on a farm."""

import gzip
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from bellwether.platform.database.transactions import Session, driver

KEEP = """
insert into genetics.kept_content (farm_id, sha256, n_bytes, content) values ($1, $2, $3, $4) on conflict do nothing
"""
NAME = """
insert into genetics.evaluation_table (farm_id, run_id, name, sha256, n_bytes) values ($1, $2, $3, $4, $5)
"""
NAMED = """
insert into genetics.evaluation_table (farm_id, run_id, name, sha256, n_bytes)
select k.farm_id, $2, t.name, k.sha256, k.n_bytes
from unnest($3::text[], $4::text[]) as t (name, sha256)
join genetics.kept_content k on k.farm_id = $1 and k.sha256 = t.sha256
"""
DIGESTS = "select name, sha256 from genetics.evaluation_table where run_id = $1 and content is null"
TABLES = """
select name, n_bytes, sha256 from genetics.evaluation_table where run_id = $1 and name <> 'genotypes.csv' order by name
"""
CONTENTS = """
select t.name, coalesce(t.content, k.content)
from genetics.evaluation_table t left join genetics.kept_content k on (k.farm_id, k.sha256) = (t.farm_id, t.sha256)
where t.run_id = $1 and t.name = any ($2)
"""
JOINT = "select name, content from genetics.joint_table where run_id = $1 and name = any ($2)"
OF_DIGEST = "select content from genetics.kept_content where farm_id = $1 and sha256 = $2"


class TableSize(NamedTuple):
    """A table that a run keeps."""

    name: str
    n_bytes: int
    sha256: str


class Described(NamedTuple):
    """A packed table, with the digest and the size of what is in it."""

    sha256: str
    n_bytes: int
    content: bytes


def described(path: Path) -> Described:
    """A packed file."""
    content = path.read_bytes()
    plain = gzip.decompress(content)
    return Described(hashlib.sha256(plain).hexdigest(), len(plain), content)


async def keep(session: Session, farm_id: UUID, found: Described) -> None:
    """Keep what is not there yet."""
    await driver(session).execute(KEEP, farm_id, found.sha256, found.n_bytes, found.content)


async def add(session: Session, farm_id: UUID, run_id: UUID, tables: Mapping[str, Path]) -> None:
    """The packed tables of a run under their names; by digest, so that two runs wait for each other in one order."""
    found = {name: described(path) for name, path in tables.items()}
    for name, table in sorted(found.items(), key=lambda item: item[1].sha256):
        await keep(session, farm_id, table)
        await driver(session).execute(NAME, farm_id, run_id, name, table.sha256, table.n_bytes)


async def name(session: Session, farm_id: UUID, run_id: UUID, digests: Mapping[str, str]) -> None:
    """Tables of a run that are kept already."""
    await driver(session).execute(NAMED, farm_id, run_id, list(digests), list(digests.values()))


async def digests(session: Session, run_id: UUID) -> dict[str, str]:
    """The digests of a run's tables that are kept by them, genotypes included."""
    return {row[0]: row[1] for row in await driver(session).fetch(DIGESTS, run_id)}


async def tables(session: Session, run_id: UUID) -> list[TableSize]:
    """The tables of a run, without their contents; its genotypes are no table, and come with its inputs."""
    return [TableSize(*row) for row in await driver(session).fetch(TABLES, run_id)]


async def contents(session: Session, run_id: UUID, names: list[str]) -> dict[str, bytes]:
    """Those of these tables that the run keeps, packed by gzip."""
    return {row[0]: row[1] for row in await driver(session).fetch(CONTENTS, run_id, names)}


async def joint_contents(session: Session, run_id: UUID, names: list[str]) -> dict[str, bytes]:
    """The same of a joint run: none for who does not act for all of its farms."""
    return {row[0]: row[1] for row in await driver(session).fetch(JOINT, run_id, names)}


async def of_digest(session: Session, farm_id: UUID, sha256: str) -> bytes | None:
    """What is kept under a digest, packed by gzip."""
    found: bytes | None = await driver(session).fetchval(OF_DIGEST, farm_id, sha256)
    return found
