"""Migrations: numbered SQL, forward only, a checksum for each, one run at a time.

The platform's own files run once in every service's schema; the tokens `:schema`, `:owner` and `:app` stand for the
schema and its two roles.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import structlog
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential

log = structlog.get_logger()
PLATFORM = Path(__file__).parent / "migrations"
FILE_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
LOCK = 7_116_113
TRIES = 10

LEDGER = """
create table if not exists public.schema_migration (
  service text not null,
  number int not null,
  name text not null,
  sha256 text not null,
  applied_at timestamptz not null default now(),
  primary key (service, number)
)
"""


class MigrationChanged(Exception):
    """An applied migration file was edited."""


class SchemaIsNewer(Exception):
    """A newer program has migrated this database: its tables may mean what this one does not know."""

    def __init__(self, unknown: list[tuple[str, int, str]]) -> None:
        names = ", ".join(f"{service}/{number:04d}_{name}" for service, number, name in unknown[:3])
        more = f" and {len(unknown) - 3} more" if len(unknown) > 3 else ""
        super().__init__(
            f"the database is newer than this program, which does not know {names}{more}: "
            "install the version that made it, or a later one; nothing was changed"
        )


@dataclass(frozen=True, slots=True)
class Migration:
    """One file, ready to run in one schema."""

    service: str
    number: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """Checksum of what runs."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations_of(service: str, folder: Path) -> list[Migration]:
    """The platform's files and the service's own, in the order of their numbers."""
    files = [path for place in (PLATFORM, folder) for path in place.glob("*.sql")]
    found = [read(service, path) for path in files]
    numbers = [m.number for m in found]
    if len(set(numbers)) != len(numbers):
        raise ValueError(f"{folder}: two migrations have the same number")
    return sorted(found, key=lambda m: m.number)


def read(service: str, path: Path) -> Migration:
    """One file with its tokens filled in."""
    match = FILE_NAME.fullmatch(path.name)
    if match is None:
        raise ValueError(f"{path}: a migration is named NNNN_what_it_does.sql")
    sql = path.read_text()
    for token, value in ((":schema", service), (":owner", f"{service}_owner"), (":app", f"{service}_app")):
        sql = re.sub(rf"(?<!:){token}\b", value, sql)
    return Migration(service, int(match[1]), match[2], sql)


async def apply(connection: asyncpg.Connection, migrations: Sequence[Migration]) -> int:
    """Run what has not run yet of all the migrations that this program knows; returns how many ran.

    Raises:
        MigrationChanged: a file that was applied has another checksum now.
        SchemaIsNewer: one was applied that this program does not know.
    """
    await connection.execute("select pg_advisory_lock($1)", LOCK)
    try:
        await connection.execute(LEDGER)
        rows = await connection.fetch("select service, number, name, sha256 from public.schema_migration order by 1, 2")
        known = {(migration.service, migration.number) for migration in migrations}
        unknown = [(r["service"], r["number"], r["name"]) for r in rows if (r["service"], r["number"]) not in known]
        if unknown:
            raise SchemaIsNewer(unknown)
        done = {(row["service"], row["number"]): row["sha256"] for row in rows}
        count = 0
        for migration in migrations:
            checksum = done.get((migration.service, migration.number))
            if checksum is None:
                await run(connection, migration)
                count += 1
            elif checksum != migration.sha256:
                name = f"{migration.service}/{migration.number:04d}_{migration.name}.sql"
                raise MigrationChanged(f"{name} was edited after it had been applied: put it back and write a new file")
        return count
    finally:
        await connection.execute("select pg_advisory_unlock($1)", LOCK)


async def run(connection: asyncpg.Connection, migration: Migration) -> None:
    """One file in one transaction, as the owner of the schema; a lock that is busy is tried again."""
    try:
        await run_once(connection, migration)
    except asyncpg.LockNotAvailableError as error:
        name = f"{migration.service}/{migration.number:04d}"
        raise TimeoutError(f"{name}: a table stayed locked; end long transactions first") from error
    log.info("migrated", service=migration.service, number=migration.number, name=migration.name)


@retry(
    retry=retry_if_exception_type(asyncpg.LockNotAvailableError),
    wait=wait_exponential(multiplier=0.2),
    stop=stop_after_attempt(TRIES),
    reraise=True,
)
async def run_once(connection: asyncpg.Connection, migration: Migration) -> None:
    """One file; gives up a lock that it has waited for, so that nobody queues behind it for long."""
    async with connection.transaction():
        await connection.execute("set local lock_timeout = '2s'; set local statement_timeout = '5min'")
        await connection.execute(f"set local search_path = {migration.service}, public")
        await connection.execute(f"set local role {migration.service}_owner")
        await connection.execute(migration.sql)
        await connection.execute("reset role")
        await connection.execute(
            "insert into public.schema_migration (service, number, name, sha256) values ($1, $2, $3, $4)",
            migration.service,
            migration.number,
            migration.name,
            migration.sha256,
        )
