"""Around every request, as plain ASGI: request id, trace context, body limit, metrics, security headers."""

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from typing import NotRequired, TypedDict, cast

import structlog
from opentelemetry import trace
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bellwether.platform.http.preconditions import is_known, is_matched
from bellwether.platform.http.problem_documents import REFUSED_AFTER_S, worded
from bellwether.platform.http.turns import Lane, Turns, caller_of, lane_of, whole
from bellwether.platform.ids import new_id
from bellwether.platform.outages import is_full, is_outage
from bellwether.platform.problems import Busy, Stale, TooLarge
from bellwether.platform.telemetry import PROPAGATOR, REQUESTS, SECONDS

REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
#: ids have 36 characters, secrets of 256 bits 43
SECRET = re.compile(r"[A-Za-z0-9_-]{40,}")
TRACEPARENT = re.compile(rb"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
SECURITY = [
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
]
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
#: probes come every few seconds; their lines would bury the others
QUIET = {"/healthz", "/readyz", "/metrics"}
#: of one body that is JSON; paddocks of a megabyte have 120,000
MOST_VALUES = 200_000
log = structlog.get_logger()
tracer = trace.get_tracer("bellwether")


class RequestState(TypedDict):
    """What this layer and the dependencies tell each other about one request."""

    request_id: str
    traceparent: str
    rate_headers: NotRequired[list[tuple[bytes, bytes]]]


class BodyTooLarge(Exception):
    """Raised under the application when the stream passes the limit."""


class Around:
    """One object around each service's application.

    `user_of` knows whose an Authorization header is, if it was verified before; `all_heavy` lets every body take turns.
    """

    def __init__(
        self,
        app: ASGIApp,
        service: str,
        limit: int,
        upload_limit: int,
        upload_paths: tuple[str, ...] = (),
        user_of: Callable[[str], str | None] = lambda _header: None,
        *,
        all_heavy: bool = False,
    ) -> None:
        self.app, self.service = app, service
        self.limit, self.upload_limit, self.upload_paths = limit, upload_limit, upload_paths
        self.user_of, self.all_heavy = user_of, all_heavy
        self.turns = Turns()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # of two with one name the first counts, as it does for the routes
        headers: dict[bytes, bytes] = dict(reversed(scope["headers"]))
        state = cast(RequestState, scope.setdefault("state", {}))
        state["request_id"] = request_id(headers)
        state["traceparent"] = traceparent(headers)
        started, status = time.perf_counter(), [0]

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = message["status"]
                add_headers(message, state)
            await send(message)

        structlog.contextvars.bind_contextvars(request_id=state["request_id"], service=self.service)
        try:
            await self._limited(scope, headers, receive, send_on)
        except Exception as error:
            away = is_outage(error)
            if away:
                log.warning("outage", path=logged(scope["path"]), error=repr(error))
            else:
                log.error("unhandled", path=logged(scope["path"]), exc_info=error)
            # an answer that has begun can only be broken off; else the connection stays good, for behind the gateway
            # it carries other callers' requests as well
            if status[0]:
                raise
            await (full if is_full(error) else unavailable if away else broken)(scope, send_on)
        finally:
            self._report(scope, status[0] or 500, time.perf_counter() - started)
            structlog.contextvars.clear_contextvars()

    async def _limited(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, send: Send) -> None:
        limit = self.upload_limit if self._is_upload(scope) else self.limit
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > limit:
            await too_large(scope, send, limit, "bytes")
            return
        seen = 0

        async def receive_some() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            # the framework may turn this error into an answer of its own; `send_or_refuse` sees to it that it is 413
            if seen > limit:
                raise BodyTooLarge
            return message

        async def send_or_refuse(message: Message) -> None:
            if seen <= limit:
                await send(message)
            elif message["type"] == "http.response.start":
                await too_large(scope, send, limit, "bytes")

        with suppress(BodyTooLarge):
            answer_to = unless_known(scope, headers, send_or_refuse)
            lane = lane_of(scope, headers, all_heavy=self.all_heavy)
            # files are read elsewhere, and have places of their own
            if limit != self.limit or lane is None:
                await self._traced(scope, headers, receive_some, answer_to)
                return
            try:
                receive_again, values = await whole(receive_some)
            except BodyTooLarge:
                await too_large(scope, send, limit, "bytes")
                return
            await self._in_turn(lane, scope, headers, receive_again, answer_to, values)

    def _is_upload(self, scope: Scope) -> bool:
        """A file is posted to one of the paths, or put under a name below it."""
        path: str = {"POST": scope["path"], "PUT": scope["path"].rpartition("/")[0]}.get(scope["method"], "")
        return path.endswith(self.upload_paths)

    async def _in_turn(
        self, lane: Lane, scope: Scope, headers: dict[bytes, bytes], receive: Receive, send: Send, values: int
    ) -> None:
        """When it is its caller's turn, which ends when the answer begins: a stream would keep it for hours."""
        user = self.user_of(headers.get(b"authorization", b"").decode("latin-1"))
        async with AsyncExitStack() as turn:
            await turn.enter_async_context(self.turns.taken(caller_of(headers, scope.get("client"), user), lane))

            async def send_and_leave(message: Message) -> None:
                if message["type"] == "http.response.start":
                    await turn.aclose()
                await send(message)

            if values > MOST_VALUES:
                await asyncio.sleep(REFUSED_AFTER_S)
                await too_large(scope, send, MOST_VALUES, "values (an object counts as ten)")
                return
            await self._traced(scope, headers, receive, send_and_leave)

    async def _traced(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, send: Send) -> None:
        if not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
            carrier = {"traceparent": headers.get(b"traceparent", b"").decode("latin-1")}
            with tracer.start_as_current_span(
                f"{scope['method']} {self.service}", context=PROPAGATOR.extract(carrier)
            ) as span:
                PROPAGATOR.inject(carrier)
                scope["state"]["traceparent"] = carrier["traceparent"]
                await self.app(scope, receive, send)
                span.update_name(f"{scope['method']} {route_of(scope)}")
        else:
            await self.app(scope, receive, send)

    def _report(self, scope: Scope, status: int, seconds: float) -> None:
        """The metrics and the log line of a request; labels come from a known set, never from the caller."""
        route, path = route_of(scope), logged(scope["path"])
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        REQUESTS.labels(self.service, method, route, status).inc()
        SECONDS.labels(self.service, method, route).observe(seconds)
        if path not in QUIET or status >= 500:
            tell = log.error if status >= 500 else log.info
            tell("request", method=method, path=path, status=status, seconds=round(seconds, 4))


def unless_known(scope: Scope, headers: dict[bytes, bytes], send: Send) -> Send:
    """A read answers 304 without its body when If-None-Match names what the caller has, 412 when If-Match does not."""
    none_match, match = (headers.get(name) for name in (b"if-none-match", b"if-match"))
    if scope["method"] not in ("GET", "HEAD") or (none_match is None and match is None):
        return send
    is_replaced = False

    async def send_or_leave_out(message: Message) -> None:
        nonlocal is_replaced
        if message["type"] == "http.response.start" and message["status"] == 200:
            tag = dict(message["headers"]).get(b"etag", b"").decode("latin-1")
            if tag and match is not None and not is_matched(match.decode("latin-1"), tag):
                is_replaced = True
                await answer(scope, send, Stale.status, Stale.code, Stale.title, more=[(b"etag", tag.encode())])
                return
            if tag and none_match is not None and is_known(none_match.decode("latin-1"), tag):
                is_replaced = True
                kept = [item for item in message["headers"] if item[0] not in (b"content-length", b"content-type")]
                await send({**message, "status": 304, "headers": kept})
                await send({"type": "http.response.body", "body": b""})
                return
        if not is_replaced:
            await send(message)

    return send_or_leave_out


def request_id(headers: dict[bytes, bytes]) -> str:
    """The caller's request id when it is harmless, else a new one."""
    given = headers.get(b"x-request-id", b"")
    return given.decode() if REQUEST_ID.fullmatch(given) else str(new_id())


def traceparent(headers: dict[bytes, bytes]) -> str:
    """The caller's trace context when it is well-formed (W3C), else empty."""
    given = headers.get(b"traceparent", b"")
    return given.decode() if TRACEPARENT.fullmatch(given) else ""


def logged(path: str) -> str:
    """A path as it may stand in a log: a piece as long as a secret may be one."""
    return SECRET.sub("***", path)


def route_of(scope: Scope) -> str:
    """The route's template, never the path: labels must stay few."""
    route = scope.get("route")
    return str(getattr(route, "path", "unmatched"))


def add_headers(message: Message, state: RequestState) -> None:
    """Request id, security headers and what the rate limiter has to say."""
    headers = list(message["headers"])
    have = {name for name, _ in headers}
    extra = [(b"x-request-id", state["request_id"].encode()), *SECURITY, *state.get("rate_headers", ())]
    message["headers"] = headers + [item for item in extra if item[0] not in have]


async def too_large(scope: Scope, send: Send, limit: int, what: str) -> None:
    """413 without reading the rest."""
    detail = f"The limit here is {limit:,} {what}: send less, or in several parts"
    close = [(b"connection", b"close")]
    await answer(scope, send, TooLarge.status, TooLarge.code, TooLarge.title, detail, close)


async def broken(scope: Scope, send: Send) -> None:
    """500, which says nothing of what broke."""
    detail = "Something broke on our side; the request id finds it in the log"
    await answer(scope, send, 500, "internal", "Something broke on our side", detail)


async def unavailable(scope: Scope, send: Send) -> None:
    """503: what the service stands on is away for a moment."""
    detail = "The database does not answer: try again in a moment"
    wait = [(b"retry-after", b"2")]
    await answer(scope, send, Busy.status, "unavailable", "The service is not available", detail, wait)


async def full(scope: Scope, send: Send) -> None:
    """507: the disk of the database is full."""
    detail = "The disk of the database is full: nothing was written, reading goes on; its operator has to free space"
    await answer(
        scope, send, 507, "disk_full", "There is no space left to store this", detail, [(b"retry-after", b"60")]
    )


async def answer(
    scope: Scope,
    send: Send,
    status: int,
    code: str,
    title: str,
    detail: str = "",
    more: Sequence[tuple[bytes, bytes]] = (),
) -> None:
    """An error from outside the application."""
    status, body, kind = worded(scope, status, code, title, detail)
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode()), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
