"""Rate limits, in two tiers.

`Buckets` lives in the process, costs nothing and stands before every authenticated request. `take` is one exact
statement in PostgreSQL, shared by all processes, for what is costly: imports, evaluations.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import text

from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database
from bellwether.platform.problems import TooManyRequests

KEPT = 50_000


@dataclass(slots=True)
class Bucket:
    """Tokens left at a moment."""

    tokens: float
    at: float


class Buckets:
    """A token bucket per caller: `rate` tokens a second, at most `burst`."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate, self.burst, self._clock = rate, burst, clock
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, key: str) -> int:
        """One token of `key`; returns how many are left.

        Raises:
            TooManyRequests: the bucket is empty.
        """
        now = self._clock()
        bucket = self._buckets.pop(key, None) or Bucket(self.burst, now)
        bucket.tokens = min(self.burst, bucket.tokens + (now - bucket.at) * self.rate)
        bucket.at = now
        self._buckets[key] = bucket
        if len(self._buckets) > KEPT:
            self._buckets.popitem(last=False)
        if bucket.tokens < 1:
            raise TooManyRequests((1 - bucket.tokens) / self.rate)
        bucket.tokens -= 1
        return int(bucket.tokens)

    def charge(self, key: str, cost: float) -> None:
        """Take `cost` tokens for work that was done; what is owed is paid before the next request."""
        bucket = self._buckets.get(key)
        if bucket:
            bucket.tokens = max(bucket.tokens - cost, -self.burst)

    def headers(self, left: int) -> list[tuple[bytes, bytes]]:
        """The RateLimit fields (IETF httpapi draft)."""
        window = math.ceil(self.burst / self.rate)
        refill = math.ceil((self.burst - left) / self.rate)
        return [
            (b"ratelimit-policy", f'"default";q={int(self.burst)};w={window}'.encode()),
            (b"ratelimit", f'"default";r={left};t={refill}'.encode()),
        ]


TAKE = text("""
insert into rate_bucket as b values (:key, cast(:burst as float8) - :cost, clock_timestamp())
on conflict (k) do update set at = clock_timestamp(),
  tokens = least(:burst, b.tokens + greatest(0, extract(epoch from clock_timestamp() - b.at)::float8) * :rate) - :cost
where least(:burst, b.tokens + greatest(0, extract(epoch from clock_timestamp() - b.at)::float8) * :rate) >= :cost
returning tokens
""")


async def take(database: Database, key: str, *, rate: float, burst: float, cost: float = 1.0) -> None:
    """Take `cost` tokens from the shared bucket `key`, in a transaction of its own: a rollback refunds nothing.

    Raises:
        TooManyRequests: fewer than `cost` tokens are left.
    """
    values = {"key": key, "rate": float(rate), "burst": float(burst), "cost": float(cost)}
    async with database.transaction(Context.system()) as session:
        if (await session.execute(TAKE, values)).scalar() is not None:
            return
        left = text(
            "select tokens + extract(epoch from clock_timestamp() - at)::float8 * :rate from rate_bucket where k = :key"
        )
        tokens = (await session.execute(left, {"key": key, "rate": float(rate)})).scalar() or 0.0
    raise TooManyRequests(max(0.0, cost - float(tokens)) / rate)
