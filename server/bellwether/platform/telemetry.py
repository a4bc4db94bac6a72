"""Structured logs, Prometheus metrics and trace context, for every process alike."""

import io
import logging
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import TextIO, cast

import orjson
import structlog
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import Counter, Gauge, Histogram
from structlog.typing import EventDict, Processor

REQUESTS = Counter("bellwether_http_requests_total", "Requests answered", ["service", "method", "route", "status"])
SECONDS = Histogram(
    "bellwether_http_request_seconds",
    "Time to answer",
    ["service", "method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
POOL = Gauge("bellwether_database_connections_in_use", "Connections handed out", ["service"])

SECRET_KEYS = re.compile(r"password|secret|token|authorization|cookie", re.IGNORECASE)
PROPAGATOR = TraceContextTextMapPropagator()


def configure_logs(level: str) -> None:
    """JSON lines on standard output, for structlog and for the standard library alike."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(serializer=as_json)],
        logger_factory=structlog.PrintLoggerFactory(file=cast(TextIO, Forgiving(sys.stdout))),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(Forgiving(sys.stdout))
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processor=structlog.processors.JSONRenderer(serializer=as_json)
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for chatty in ("httpx", "uvicorn.access", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def as_json(entry: object, *, default: Callable[[object], object]) -> str:
    """A line; each request writes one, so that it must cost next to nothing."""
    return orjson.dumps(entry, default=default, option=orjson.OPT_NON_STR_KEYS).decode()


class Forgiving(io.TextIOBase):
    """A stream whose lines may get lost: a full disk must not end what was going to be told."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write what can be written."""
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush what can be flushed."""
        with suppress(OSError):
            self._stream.flush()


def hide_secrets(_logger: object, _method: str, entry: EventDict) -> EventDict:
    """A value under a secret-sounding key never reaches the log."""
    return {key: "***" if is_secret(key) else value for key, value in entry.items()}


@lru_cache(1_000)
def is_secret(key: str) -> bool:
    """Whether the name of a value sounds like a secret."""
    return SECRET_KEYS.search(key) is not None


def configure_traces(service: str, endpoint: str) -> None:
    """Send spans to the collector at `endpoint`; without one, only the trace context travels."""
    if not endpoint:
        return
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    trace.set_tracer_provider(provider)
