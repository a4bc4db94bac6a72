"""The real Caddy in front of stand-ins that answer with what reached them."""

import contextlib
import itertools
import json
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import httpx
import pytest
from bellwether.launch.machine import keys
from bellwether.launch.machine.folders import Folders
from bellwether.launch.machine.state import State
from launch.stand_ins import BODY_TIMEOUT_S

ROUTES = [
    ("/api/v1/farm/animals?limit=5", "services"),
    ("/api/v1/genetics/traits", "services"),
    ("/api/v1/research", "services"),
    ("/api/v1/processing/runs/1", "services"),
    ("/api/v1/auth/login", "users"),
    ("/api/v1/sessions", "users"),
    ("/api/v1/profiles/me", "users"),
    ("/api/v1/chats/1", "users"),
    ("/.well-known/jwks.json", "users"),
    ("/oidc/auth", "users"),
    ("/account/sign-in", "users"),
    ("/shared", "users"),
    ("/api/v1/ws", "users"),
    ("/graphql", "services"),
    ("/docs", "services"),
    ("/openapi.json", "services"),
    ("/healthz", "services"),
    ("/readyz", "services"),
]
HIDDEN = [
    "/metrics",
    "/api/v1/auth/operator/roles",
    "/API/v1/Auth/Operator/roles",
    "/api/v1/auth/internal/revocations",
    "/api/v1/auth/%69nternal/revocations",
    "/api/v1//auth//operator/roles",
    "/api/v1/farm/x/..%2f..%2fauth/internal/x",
    "/api/v1/farm/metrics",
    "/nothing/here",
]


@pytest.fixture(scope="module")
def gateway(running: Path) -> httpx.Client:
    found = json.loads((running / "state.json").read_text())
    return httpx.Client(base_url=found["public_url"], timeout=20)


@pytest.mark.parametrize(("path", "part"), ROUTES)
def test_a_path_leads_to_its_service_unchanged(gateway: httpx.Client, path: str, part: str) -> None:
    seen = gateway.get(path).json()
    assert (seen["name"], seen["path"]) == (part, path)


def test_the_bare_address_leads_to_the_documentation(gateway: httpx.Client) -> None:
    answer = gateway.get("/")
    assert (answer.status_code, answer.headers["location"]) == (302, "/docs")


def test_a_foreign_host_is_refused(gateway: httpx.Client) -> None:
    answer = gateway.get("/healthz", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (421, "misdirected")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", HIDDEN)
def test_a_hidden_or_unknown_path_is_a_404_problem(gateway: httpx.Client, path: str) -> None:
    answer = gateway.send(httpx.Request("GET", str(gateway.base_url).rstrip("/") + path))
    problem(answer, 404, "not_found")


def problem(answer: httpx.Response, status: int, code: str) -> None:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["code"], body["errors"]) == (status, code, [])
    assert body["type"] == f"https://bellwether.local/problems/{code}"


def test_identity_that_the_client_claims_does_not_pass(gateway: httpx.Client, running: Path) -> None:
    forged = {
        "X-User-Id": "1",
        "X-User-Roles": "administrator",
        "X-Forwarded-For": "6.6.6.6",
        "X-Forwarded-User": "root",
    }
    forged |= {
        "Forwarded": "for=6.6.6.6",
        "X-Real-Ip": "6.6.6.6",
        "X-Auth-Request-User": "x",
        "X-Bellwether-Gateway": "forged",
        "traceparent": "00-a-b-01",
    }
    seen = lower(gateway.get("/api/v1/farm/animals", headers=forged | {"Authorization": "Bearer abc"}).json())
    assert "6.6.6.6" not in json.dumps(seen)
    assert not [name for name in seen if name.startswith(("x-user", "x-auth", "forwarded", "x-real"))]
    assert "x-forwarded-user" not in seen
    assert seen["x-bellwether-gateway"] == keys.text_file(Folders.of(running), "gateway.secret").read_text().strip()
    assert (seen["authorization"], seen["traceparent"]) == ("Bearer abc", "00-a-b-01")


@pytest.mark.parametrize("scheme", ["Service", "operator", "SERVICE"])
def test_secrets_of_the_inside_do_not_pass(gateway: httpx.Client, scheme: str) -> None:
    seen = lower(gateway.get("/api/v1/farm/animals", headers={"Authorization": f"{scheme} abc"}).json())
    assert "authorization" not in seen


def lower(seen: dict[str, Any]) -> dict[str, str]:
    return {name.lower(): value for name, value in seen["headers"].items()}


def test_a_request_id_is_kept_or_made(gateway: httpx.Client) -> None:
    kept = gateway.get("/healthz", headers={"X-Request-Id": "sheep-42"})
    assert lower(kept.json())["x-request-id"] == kept.headers["x-request-id"] == "sheep-42"
    for given in ({}, {"X-Request-Id": 'bad "id"'}, {"X-Request-Id": "x" * 300}):
        made = gateway.get("/healthz", headers=given)
        assert len(made.headers["x-request-id"]) == 36
        assert lower(made.json())["x-request-id"] == made.headers["x-request-id"]


def test_answers_carry_security_headers(gateway: httpx.Client) -> None:
    for path in ("/api/v1/farm/animals", "/nothing"):
        headers = gateway.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "server" not in headers


@pytest.mark.parametrize(
    ("method", "path", "size", "passes"),
    [
        ("POST", "/api/v1/farm/animals", 1_000_001, False),
        ("POST", "/api/v1/farm/animals", 1_000_000, True),
        ("POST", "/api/v1/farm/imports", 64_000_000, True),
        ("PUT", "/api/v1/farm/imports", 8 << 20, False),
        ("POST", "/api/v1/farm/imports", 64_000_001, False),
        ("POST", "/api/v1/genetics/genotype-files", 64_000_000, True),
        ("POST", "/api/v1/genetics/genotype-files", 64_000_001, False),
        ("POST", "/api/v1/genetics/evaluations/of-tables", 64_000_000, True),
        ("POST", "/api/v1/chats/import", 4_000_000, True),
        ("POST", "/api/v1/chats/import", 4_000_001, False),
        ("PUT", "/api/v1/chats/import", 1_000_001, False),
    ],
)
def test_a_body_that_is_too_large_is_a_413_problem(
    gateway: httpx.Client, method: str, path: str, size: int, passes: bool
) -> None:
    answer = gateway.request(method, path, content=bytes(size))
    if passes:
        assert answer.json()["bytes"] == size
    else:
        problem(answer, 413, "body_too_large")


def test_a_body_of_unannounced_length_is_cut_off(gateway: httpx.Client) -> None:
    answer = gateway.post("/api/v1/farm/animals", content=(bytes(1 << 16) for _ in range(40)))
    problem(answer, 413, "body_too_large")
    small = gateway.post("/api/v1/farm/animals", content=(bytes(1000) for _ in range(4)))
    assert small.json()["bytes"] == 4000


def test_a_service_that_breaks_off_is_away_for_a_moment(gateway: httpx.Client) -> None:
    answer = gateway.post("/api/v1/farm/animals/breaks-off", json={})
    problem(answer, 503, "service_unavailable")
    assert answer.headers["retry-after"] == "2"


def raw(url: httpx.URL, path: str, *parts: bytes, every_s: float = 0.2) -> httpx.Response:
    """What is answered to these bytes, the last of them again and again until there is an answer."""
    with socket.create_connection(("127.0.0.1", url.port or 80), timeout=every_s) as stream:
        stream.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost:{url.port}\r\n".encode())
        for part in itertools.chain(parts, itertools.repeat(parts[-1], 100)):
            with contextlib.suppress(BrokenPipeError):
                stream.sendall(part)
            with contextlib.suppress(TimeoutError):
                stream.recv(1, socket.MSG_PEEK)
                break
        stream.settimeout(20)
        found = HTTPResponse(stream)
        found.begin()
        return httpx.Response(found.status, headers=found.getheaders(), content=found.read())


CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
HALF = b"Content-Length: 1000\r\n\r\n{"


def test_a_body_that_trickles_is_cut(gateway: httpx.Client) -> None:
    """Within GATEWAY_BODY_TIMEOUT, which is short here; and a path without a service waits for none."""
    paths = ["/api/v1/farm/animals", "/api/v1/farm/imports", "/api/v1/auth/login", "/nothing/here"]
    tried = list(itertools.product(paths, [(HALF, b" "), (HALF, b""), (CHUNKED, b"1\r\n \r\n"), (CHUNKED, b"")]))
    began = time.monotonic()
    with ThreadPoolExecutor(len(tried)) as pool:
        answers = list(pool.map(lambda each: raw(gateway.base_url, each[0], *each[1]), tried))
    for (path, _), answer in zip(tried, answers, strict=True):
        problem(answer, *((404, "not_found") if path.startswith("/nothing") else (408, "request_timeout")))
        assert answer.headers["connection"] == "close"
    assert time.monotonic() - began < 3 * BODY_TIMEOUT_S


@pytest.mark.parametrize("path", ["/api/v1/farm/animals", "/api/v1/farm/imports", "/api/v1/auth/login"])
@pytest.mark.parametrize(
    "rest", [b"zz\r\nx\r\n", b"-1\r\n", b"F" * 17 + b"\r\n", b"1\r\nxx\r\n0\r\n\r\n", b"1\nx\n0\n\n"]
)
@pytest.mark.parametrize("at_once", [True, False])
def test_malformed_chunks_are_a_400_problem(gateway: httpx.Client, path: str, rest: bytes, at_once: bool) -> None:
    answer = raw(gateway.base_url, path, *((CHUNKED + rest,) if at_once else (CHUNKED + b"1\r\n{\r\n", rest)), b"")
    problem(answer, 400, "malformed_request")


@pytest.mark.parametrize("method", ["TRACK", "PROPFIND", "FOO"])
@pytest.mark.parametrize("path", ["/api/v1/auth/login", "/api/v1/farm/animals", "/oidc/auth"])
def test_a_method_that_nobody_takes_is_a_405_problem(gateway: httpx.Client, path: str, method: str) -> None:
    problem(gateway.request(method, path), 405, "method_not_allowed")


def test_a_body_of_two_lengths_has_one_reading(gateway: httpx.Client) -> None:
    """What is left over by the one would else be the next request."""
    both = b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n1234567\r\n0\r\n\r\n"
    answer = raw(gateway.base_url, "/api/v1/farm/animals", both, b"")
    reached = answer.json()
    assert (answer.status_code, reached["bytes"]) == (200, 7)
    assert "Content-Length" not in reached["headers"]


def test_an_answer_may_last_longer_than_a_body_may_take(gateway: httpx.Client) -> None:
    with gateway.stream("GET", "/api/v1/farm/stream") as answer:
        assert len(list(answer.iter_lines())) > BODY_TIMEOUT_S


def test_https_answers_alike(running: Path, read: Callable[[Path], State]) -> None:
    root = running / "gateway/storage/pki/authorities/local/root.crt"
    trusted = ssl.create_default_context(cafile=str(root))
    with urllib.request.urlopen(f"{read(running).public_url_https}/healthz", context=trusted, timeout=10) as answer:
        assert json.load(answer)["name"] == "services"
