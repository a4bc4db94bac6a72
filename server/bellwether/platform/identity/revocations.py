"""The revocation feed: sessions that ended while their access tokens still live."""

import asyncio
import time
from pathlib import Path

import httpx
import structlog

from bellwether.platform.settings import PlatformSettings

log = structlog.get_logger()
POLL_S = 10.0
WINDOW_S = 360.0


class Revocations:
    """Sensitive writes ask here; when the feed has not answered for a minute, the answer is yes (deny)."""

    def __init__(self, settings: PlatformSettings) -> None:
        self._url = f"{settings.auth_url}/api/v1/auth/internal/revocations"
        self._secret = read_secret(settings.service_secret_file)
        self._lock = asyncio.Lock()
        self._sessions: dict[str, float] = {}
        self._read_at = float("-inf")

    async def covers(self, session_id: str) -> bool:
        """Whether `session_id` was revoked within the life of its tokens."""
        if time.monotonic() - self._read_at > POLL_S:
            async with self._lock:
                if time.monotonic() - self._read_at > POLL_S:
                    await self._read()
        is_blind = time.monotonic() - self._read_at > 60
        return is_blind or session_id in self._sessions

    async def _read(self) -> None:
        try:
            headers = {"Authorization": f"Service {self._secret}"}
            async with httpx.AsyncClient(timeout=3) as client:
                answer = await client.get(self._url, params={"since": int(time.time() - WINDOW_S)}, headers=headers)
                answer.raise_for_status()
                names = answer.json()["sessions"]
        except (httpx.HTTPError, OSError, KeyError, ValueError) as error:
            log.warning("revocation_feed_unavailable", error=repr(error))
            return
        self._sessions = dict.fromkeys(names, time.monotonic())
        self._read_at = time.monotonic()


def read_secret(path: Path) -> str:
    """The shared secret of the services; without the file the feed stays unread, which denies."""
    return path.read_text().strip() if path.is_file() else ""
