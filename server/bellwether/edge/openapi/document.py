"""The merged document: fetched from the services, kept for a minute."""

import asyncio
import time
from collections.abc import Callable

import structlog

from bellwether.catalogue import EDGE, TITLES
from bellwether.edge.openapi.merge import OpenApi, merge, public
from bellwether.edge.upstream import Caller, Refused, Upstream
from bellwether.platform.http.documents import BEARER
from bellwether.platform.settings import PlatformSettings

log = structlog.get_logger()
FRESH_S = 60.0
FRESH_WITH_GAPS_S = 5.0
# a service makes its document when it starts, which takes seconds
WITHIN_S = 20.0
DESCRIPTION = (
    "Flock records, pedigree, genotypes and breeding values of sheep. Log in at `/api/v1/auth/login` and send the "
    "access token as `Authorization: Bearer ...`. Errors are RFC 9457 problem documents with a stable `code`."
)


class Documents:
    """The OpenAPI documents of the services, and all of them in one."""

    def __init__(
        self,
        upstream: Upstream,
        platform: PlatformSettings,
        own: Callable[[], OpenApi],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._upstream, self._platform, self._own, self._clock = upstream, platform, own, clock
        self._lock = asyncio.Lock()
        self._merged: OpenApi = {}
        self._until = float("-inf")
        self.versions: dict[str, str] = {}

    async def merged(self) -> OpenApi:
        """The merged document; services that did not answer stand in `info.x-missing`."""
        if self._clock() >= self._until:
            async with self._lock:
                if self._clock() >= self._until:
                    await self._fetch()
        return self._merged

    async def _fetch(self) -> None:
        caller = self._upstream.caller({})
        answers = await asyncio.gather(*(document_of(caller, name) for name in TITLES))
        documents = {name: found for name, found in zip(TITLES, answers, strict=True) if found}
        missing = [name for name in TITLES if name not in documents]
        self.versions |= {name: str(found["info"].get("version", "")) for name, found in documents.items()}
        self._merged = self._whole(documents, missing)
        self._until = self._clock() + (FRESH_WITH_GAPS_S if missing else FRESH_S)

    def _whole(self, documents: dict[str, OpenApi], missing: list[str]) -> OpenApi:
        own = self._own()
        body = public(merge({**documents, EDGE.name: own}, TITLES | {EDGE.name: EDGE.title}))
        body["components"].setdefault("securitySchemes", {})["bearer"] = BEARER
        info = {
            "title": "bellwether",
            "version": own["info"]["version"],
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "x-missing": missing,
        }
        servers = [{"url": self._platform.public_url}]
        return {"openapi": "3.1.0", "info": info, "servers": servers, **body}


async def document_of(caller: Caller, service: str) -> OpenApi | None:
    """One service's document, or None when it gives none."""
    try:
        found = await caller.ask(service, "GET", "/openapi.json", within_s=WITHIN_S)
    except Refused as error:
        log.warning("openapi_unavailable", service=service, code=error.code)
        return None
    return found if isinstance(found, dict) and "paths" in found and "info" in found else None
