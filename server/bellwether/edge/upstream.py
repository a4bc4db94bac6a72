"""HTTP to the services: one client with keep-alive for the whole process."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from bellwether.platform.settings import PlatformSettings

WITHIN_S = 10.0
TIMEOUT = httpx.Timeout(WITHIN_S, connect=2.0)
LIMITS = httpx.Limits(max_connections=200, max_keepalive_connections=100, keepalive_expiry=60)
# a process that hosts the edge as well answers such a request for itself, instead of asking all services in turn
PROBE = {"X-Bellwether-Probe": "edge"}
#: twenty calls of one query would all be written, and all answers read, in one round of the loop
CALLS_AT_ONCE = 2


class Refused(Exception):
    """A service said no, or said nothing."""

    def __init__(self, service: str, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.service, self.status, self.code, self.detail = service, status, code, detail


class Upstream:
    """Where the services are, and the connections to them."""

    def __init__(self, platform: PlatformSettings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.urls = {name: url.rstrip("/") for name, url in platform.service_urls.items()}
        self.client = httpx.AsyncClient(timeout=TIMEOUT, limits=LIMITS, transport=transport, trust_env=False)

    async def close(self) -> None:
        """Close every connection."""
        await self.client.aclose()

    def caller(self, headers: Mapping[str, str]) -> "Caller":
        """The services as one caller sees them."""
        return Caller(self, headers)


@dataclass(frozen=True, slots=True)
class Caller:
    """Asks the services in the name of one request: its token, its request id, its trace."""

    upstream: Upstream
    headers: Mapping[str, str]
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CALLS_AT_ONCE))

    async def ask(
        self,
        service: str,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        json: object = None,
        within_s: float | None = None,
    ) -> object:
        """The JSON that `/api/v1/<service><path>` answers.

        Raises:
            Refused: the service answered an error, or did not answer.
        """
        base = self.upstream.urls.get(service)
        if base is None:
            raise Refused(service, 503, "service_unavailable", f"The service {service} is not configured")
        url = f"{base}/api/v1/{service}{path}"
        try:
            async with asyncio.timeout(within_s or WITHIN_S), self.places:
                answer = await self.upstream.client.request(
                    method, url, headers=dict(self.headers), params=params, json=json, timeout=TIMEOUT
                )
            if answer.is_success:
                found: object = answer.json()
                return found
        except (TimeoutError, httpx.TimeoutException) as error:
            raise Refused(service, 503, "service_slow", f"The service {service} did not answer in time") from error
        except (httpx.HTTPError, ValueError) as error:
            raise Refused(service, 503, "service_unavailable", f"The service {service} does not answer") from error
        raise refusal(service, answer)


def refusal(service: str, answer: httpx.Response) -> Refused:
    """The service's problem document as an error."""
    try:
        document = answer.json()
        return Refused(service, answer.status_code, str(document["code"]), str(document["detail"]))
    except (ValueError, KeyError, TypeError):
        return Refused(
            service, answer.status_code, "http_error", f"The service {service} answered {answer.status_code}"
        )
