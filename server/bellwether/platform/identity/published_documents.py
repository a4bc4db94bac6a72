"""The auth service's signing keys and permission table, fetched with care.

A flood of forged key ids causes at most one fetch in 30 s, and an auth service that is down does not log anybody out:
keys that were good stay good for a day.
"""

import asyncio
import time
from collections.abc import Callable
from typing import TypedDict, cast

import httpx
import structlog
from jwt import PyJWK

from bellwether.platform.json import JsonObject, JsonValue
from bellwether.platform.settings import PlatformSettings

log = structlog.get_logger()
FRESH_S = 60.0
PAUSE_S = 30.0
FIRST_PAUSE_S = 0.5
KEEP_S = 86_400.0


class Remote:
    """One JSON document of the auth service, cached; the last good copy serves while the service is down."""

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._url, self._clock = url, clock
        self._lock = asyncio.Lock()
        self._value: JsonValue = None
        self._fetched_at = self._tried_at = -KEEP_S

    async def get(self, *, again: bool = False) -> JsonValue:
        """The document, or None if there never was one or it is over a day old; `again` asks for a newer one."""
        now = self._clock()
        if self._value is None or again or now - self._fetched_at > FRESH_S:
            await self._fetch()
        return self._value if self._clock() - self._fetched_at <= KEEP_S else None

    async def _fetch(self) -> None:
        pause = PAUSE_S if self._value is not None else FIRST_PAUSE_S
        async with self._lock:
            if self._clock() - self._tried_at < pause:
                return
            self._tried_at = self._clock()
            try:
                async with httpx.AsyncClient(timeout=3) as client:
                    answer = await client.get(self._url)
                    answer.raise_for_status()
                    self._value, self._fetched_at = answer.json(), self._clock()
            except (httpx.HTTPError, ValueError) as error:
                log.warning("auth_document_unavailable", url=self._url, error=repr(error))


class KeySet:
    """ES256 verification keys by key id."""

    def __init__(self, settings: PlatformSettings) -> None:
        self._remote = Remote(f"{settings.auth_url}/.well-known/jwks.json")
        self._parsed: dict[str, PyJWK] = {}
        self._document: JsonValue = None

    async def find(self, key_id: str) -> PyJWK | None:
        """The key called `key_id`, asking the auth service once more when it is unknown."""
        return (await self._keys()).get(key_id) or (await self._keys(again=True)).get(key_id)

    async def _keys(self, *, again: bool = False) -> dict[str, PyJWK]:
        document = await self._remote.get(again=again)
        if document is not self._document:
            self._document = document
            self._parsed = {str(item["kid"]): PyJWK(item, algorithm="ES256") for item in signing_keys(document)}
        return self._parsed


def signing_keys(document: JsonValue) -> list[JsonObject]:
    """Only EC P-256 signing keys count."""
    items = document.get("keys") if isinstance(document, dict) else None
    return [
        k
        for k in (items if isinstance(items, list) else [])
        if isinstance(k, dict)
        and k.get("kty") == "EC"
        and k.get("crv") == "P-256"
        and k.get("use", "sig") == "sig"
        and "kid" in k
    ]


class PermissionTable(TypedDict):
    """The auth service's document."""

    roles: dict[str, list[str]]


class Permissions:
    """Role to permissions: one table, kept by the auth service."""

    def __init__(self, settings: PlatformSettings) -> None:
        self._remote = Remote(f"{settings.auth_url}/api/v1/auth/permissions")

    async def of(self, roles: tuple[str, ...]) -> frozenset[str]:
        """All permissions of these roles; an unknown role has none."""
        document = await self._remote.get()
        table = cast(PermissionTable, document) if isinstance(document, dict) else {"roles": {}}
        return frozenset(name for role in roles for name in table["roles"].get(role, ()))
