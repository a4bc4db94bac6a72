"""The revocation feed: sessions that ended while their access tokens still live."""

import asyncio
import time
from pathlib import Path

import httpx

from bellwether.platform.outages import Outage
from bellwether.platform.problems import SessionsUnknown
from bellwether.platform.settings import PlatformSettings

AGAIN_S = 1.5
FRESH_S = 4.0
BLIND_S = 30.0
PAUSE_S = 1.0
#: a transaction of the sessions service takes a moment between its timestamp and its commit, under load a long one
OVERLAP_S = 30
#: how far the clocks of two machines may differ
LEEWAY_S = 60
#: how long a token lives by which an administrator acts as a user
IMPERSONATION_S = 900


class Revocations:
    """What every request asks: has its session ended? An end is known after FRESH_S at the latest.

    A request starts a read when the last one is over AGAIN_S old, and waits for it only when that is over FRESH_S old;
    between requests nothing is read. While the feed is away the last answer counts for BLIND_S, then none.
    """

    def __init__(self, settings: PlatformSettings) -> None:
        self._url = f"{settings.auth_url}/api/v1/auth/internal/revocations"
        self._headers = {"Authorization": f"Service {read_secret(settings.service_secret_file)}"}
        # as long as a token of the session may count, with the clocks apart
        self._keep_s = max(settings.access_token_seconds, IMPERSONATION_S) + 2 * LEEWAY_S
        # one client, for a new one reads the machine's certificates; no connection is kept between reads
        limits = httpx.Limits(max_keepalive_connections=0)
        self._client = httpx.AsyncClient(timeout=2, limits=limits, trust_env=False)
        self._ended: dict[str, float] = {}
        self._since = 0.0
        self._read_at = self._tried_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None
        self._outage = Outage("revocations")

    async def covers(self, session_id: str) -> bool:
        """Whether `session_id` has ended.

        Raises:
            SessionsUnknown: the auth service has not said for BLIND_S which sessions ended.
        """
        age = time.monotonic() - self._read_at
        if age > AGAIN_S:
            reading = self._read_again()
            if reading and age > FRESH_S:
                await asyncio.shield(reading)
            if time.monotonic() - self._read_at > BLIND_S:
                raise SessionsUnknown
        return session_id in self._ended

    def _read_again(self) -> asyncio.Task[None] | None:
        """The read that is under way, if need be a new one; None for a moment after one that failed."""
        if self._reading is None and time.monotonic() - self._tried_at > PAUSE_S:
            self._tried_at = time.monotonic()
            self._reading = asyncio.create_task(self._read())
        return self._reading

    async def _read(self) -> None:
        began = time.monotonic()
        try:
            since = int(self._since) or int(time.time() - self._keep_s)
            answer = await self._client.get(self._url, params={"since": since}, headers=self._headers)
            answer.raise_for_status()
            document = answer.json()
            self._take(document["sessions"], float(document["now"]), began)
        except (httpx.HTTPError, OSError, KeyError, TypeError, ValueError) as error:
            self._outage.seen(error)
        else:
            self._outage.over()
        finally:
            self._reading = None

    def _take(self, sessions: list[str], now: float, began: float) -> None:
        """What the feed said counts from when it was asked; an end is forgotten when no token of it can live."""
        kept = {name: at for name, at in self._ended.items() if began - at < self._keep_s}
        self._ended = dict.fromkeys(sessions, began) | kept
        self._since, self._read_at = now - OVERLAP_S, began


def read_secret(path: Path) -> str:
    """The shared secret of the services; without the file the feed stays unread, which denies."""
    return path.read_text().strip() if path.is_file() else ""
