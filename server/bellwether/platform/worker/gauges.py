"""What the worker measures about events and jobs, asked when somebody looks at `/metrics`."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from nats.js import JetStreamContext
from prometheus_client import Gauge
from sqlalchemy import text

from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database
from bellwether.platform.events import dead_letters
from bellwether.platform.events.facts import Consumer

OUTBOX_ROWS = Gauge("bellwether_outbox_rows", "Facts that are not published yet", ["service"])
OUTBOX_AGE = Gauge("bellwether_outbox_oldest_seconds", "Age of the oldest unpublished fact", ["service"])
PENDING = Gauge("bellwether_consumer_pending", "Events that a consumer has not seen", ["stream", "consumer"])
REDELIVERED = Gauge("bellwether_consumer_redelivered", "Events delivered again and not done", ["stream", "consumer"])
DEAD = Gauge("bellwether_dead_letters", "Messages given up")
DEAD_AGE = Gauge("bellwether_dead_letter_oldest_seconds", "Age of the oldest dead letter")
JOBS = Gauge("bellwether_jobs", "Jobs by state", ["service", "state"])
JOB_AGE = Gauge("bellwether_job_oldest_seconds", "Age of the oldest job in a state", ["service", "state"])

OUTBOX = """
select count(*) as n, coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0) as age
from {schema}.outbox where published_at is null
"""
COUNTS = "select state, n, extract(epoch from clock_timestamp() - oldest) as age from {schema}.job_counts()"


async def measure_database(databases: Mapping[str, Database]) -> None:
    """Outbox and jobs of every service."""
    for schema, database in databases.items():
        async with database.transaction(Context.system()) as session:
            waiting = (await session.execute(text(OUTBOX.format(schema=schema)))).one()
            counts = (await session.execute(text(COUNTS.format(schema=schema)))).all()
        OUTBOX_ROWS.labels(schema).set(waiting.n)
        OUTBOX_AGE.labels(schema).set(waiting.age)
        for state in ("queued", "running", "succeeded", "failed", "cancelled"):
            found = next((row for row in counts if row.state == state), None)
            JOBS.labels(schema, state).set(found.n if found else 0)
            JOB_AGE.labels(schema, state).set(found.age if found else 0)


async def measure_streams(js: JetStreamContext, consumers: Sequence[Consumer]) -> None:
    """Consumers and dead letters."""
    for consumer in consumers:
        info = await js.consumer_info(consumer.stream, consumer.name)
        PENDING.labels(consumer.stream, consumer.name).set(info.num_pending or 0)
        REDELIVERED.labels(consumer.stream, consumer.name).set(info.num_redelivered or 0)
    n, oldest = await dead_letters.count(js)
    DEAD.set(n)
    DEAD_AGE.set(0 if oldest is None else (datetime.now(UTC) - oldest).total_seconds())
