"""Tables of this slice."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData(schema="genetics")
Moment = DateTime(timezone=True)

evaluation_run = Table(
    "evaluation_run",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("farm_id", Uuid, nullable=False),
    Column("flock_id", Uuid),
    Column("requested_by", Uuid),
    Column("asked_traits", ARRAY(Text)),
    Column("flock_ids", ARRAY(Uuid)),
    Column("definition_id", Uuid),
    Column("definition_version", Integer),
    Column("publishing", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("of_run_id", Uuid),
    Column("agreement_id", Uuid),
    Column("joint_run_id", Uuid),
    Column("across", JSONB),
    Column("started_from", Uuid),
    Column("snapshot_sha256", Text),
    Column("base", JSONB),
    Column("comparison", JSONB),
    Column("reliability", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("traits", ARRAY(Text)),
    Column("model", JSONB),
    Column("variances", JSONB),
    Column("data_sha256", Text),
    Column("input_sha256", Text),
    Column("engine_version", Text),
    Column("seed", BigInteger),
    Column("convergence", JSONB),
    Column("counts", JSONB),
    Column("verdicts", JSONB),
    Column("fixed", JSONB),
    Column("error", JSONB),
    Column("created_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("data_as_of", Moment),
    Column("data_versions", JSONB),
    Column("genotype_versions", JSONB),
    Column("finished_at", Moment),
)

flock_state = Table(
    "flock_state",
    metadata,
    Column("flock_id", Uuid, primary_key=True),
    Column("farm_id", Uuid, nullable=False),
    Column("stale_since", Moment),
    Column("stale_reason", Uuid),
    Column("marked_version", BigInteger, nullable=False),
    Column("read_version", BigInteger, nullable=False),
    Column("marked_genotypes", BigInteger, nullable=False),
    Column("read_genotypes", BigInteger, nullable=False),
    Column("takes_genotypes", Boolean, nullable=False),
    Column("last_run_id", Uuid),
)

job = Table("job", metadata, Column("id", Uuid, primary_key=True), Column("state", Text, nullable=False))

published_flock = Table(
    "published_flock",
    MetaData(schema="farm"),
    Column("id", Uuid, primary_key=True),
    Column("farm_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
)

published_external_value = Table(
    "published_external_value",
    MetaData(schema="farm"),
    Column("farm_id", Uuid, nullable=False),
    Column("run_name", Text, nullable=False),
)
