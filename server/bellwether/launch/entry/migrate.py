"""Bring the databases and the streams to what this version needs. Run it again and nothing changes.

python -m bellwether.launch.entry.migrate
"""

import asyncio
import os
import sys

import asyncpg
import structlog
from asyncpg.exceptions import PostgresError
from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from bellwether.catalogue import PYTHON_SERVICES, SERVICES
from bellwether.genetics.traits.following import follow_dictionary
from bellwether.launch.entry.roles import (
    JOBS_DATABASE,
    JOBS_ROLE,
    ensure_database,
    ensure_extensions,
    ensure_role,
    ensure_services,
)
from bellwether.platform.database.belonging import ForeignDatabase, claim
from bellwether.platform.database.migrate import Migration, MigrationChanged, SchemaIsNewer, apply, migrations_of
from bellwether.platform.database.transactions import url_of
from bellwether.platform.events.streams import ensure_from_environment
from bellwether.platform.settings import PlatformSettings
from bellwether.platform.telemetry import configure_logs

log = structlog.get_logger()
#: EX_CONFIG of sysexits.h: another try would not help
REFUSED = 78


class MigrateSettings(BaseSettings):
    """An administrator of the database (prefix MIGRATE_)."""

    model_config = SettingsConfigDict(env_prefix="MIGRATE_", frozen=True)

    database_url: str
    database_password: SecretStr = SecretStr("")


async def migrate_database(
    settings: MigrateSettings, passwords: dict[str, str], jobs_password: str, platform_id: str = ""
) -> int:
    """Roles, schemas and tables; returns how many migrations ran."""
    url = url_of(settings.database_url, settings.database_password.get_secret_value(), "postgresql")
    connection = await asyncpg.connect(url.render_as_string(hide_password=False))
    try:
        await claim(connection, platform_id)
        await ensure_extensions(connection)
        await ensure_services(connection, passwords)
        await ensure_role(connection, JOBS_ROLE, jobs_password)
        await ensure_database(connection, JOBS_DATABASE, JOBS_ROLE)
        count = await apply(connection, all_migrations())
        await follow_dictionary(connection)
        return count
    finally:
        await connection.close()


def all_migrations() -> list[Migration]:
    """Those of every service, in the order in which the services depend on each other."""
    return [
        migration
        for service in SERVICES
        if service.schema
        for migration in migrations_of(service.schema, service.migrations)
    ]


def passwords_from_environment() -> dict[str, str]:
    """`<SERVICE>_DATABASE_PASSWORD` of each service that has a schema."""
    return {service: os.environ[f"{service.upper()}_DATABASE_PASSWORD"] for service in PYTHON_SERVICES}


async def migrate() -> int:
    """Everything, from the environment."""
    settings = MigrateSettings()
    platform = PlatformSettings()
    count = await migrate_database(
        settings, passwords_from_environment(), os.environ["WORKER_JOBS_DATABASE_PASSWORD"], platform.platform_id
    )
    await ensure_from_environment(platform)
    return count


def main() -> None:
    """The command."""
    configure_logs(PlatformSettings().log_level)
    try:
        count = asyncio.run(migrate())
    except KeyError as error:
        sys.exit(f"migrate: the environment variable {error.args[0]} is missing")
    except (ForeignDatabase, SchemaIsNewer) as error:
        print(error, file=sys.stderr)  # noqa: T201
        sys.exit(REFUSED)
    except (OSError, PostgresError, MigrationChanged, TimeoutError) as error:
        log.error("migrate_failed", error=str(error))
        sys.exit(1)
    log.info("migrated_all", migrations=count)


if __name__ == "__main__":
    main()
