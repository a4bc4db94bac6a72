"""For tests: an auth service that signs tokens at once, and passwords for the roles of a throw-away database.

The double answers the three documents that services read (`jwks.json`, `permissions`, `revocations`) in the shape of
the real auth service; the whole-platform tests compare the two.
"""

import json
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from bellwether.platform.ids import new_id

HEADERS = {"typ": "at+jwt", "kid": "test"}
ROLES: dict[str, list[str]] = {
    "farmer": [
        "profile:self", "profile:read", "session:self", "factor:self", "chat:use", "chat:share",
        "flock:read", "flock:write",
        "consent:grant", "genotype:read", "evaluation:read", "evaluation:run", "dataset:read", "analysis:run",
        "import:read",
    ],
    "researcher": [
        "profile:self", "profile:read", "session:self", "factor:self", "chat:use", "chat:share",
        "flock:read", "genotype:read",
        "evaluation:read", "evaluation:run", "dataset:read", "dataset:publish", "analysis:run", "project:write",
        "import:read",
    ],
    "student": [
        "profile:self", "profile:read", "session:self", "factor:self", "chat:use", "chat:share",
        "evaluation:read", "dataset:read",
        "analysis:run",
    ],
    "administrator": [
        "profile:self", "profile:read", "session:self", "factor:self", "chat:use", "chat:share",
        "user:list", "user:role",
        "user:disable", "user:impersonate", "session:revoke:any", "audit:read", "metrics:read", "institution:write",
        "chat:hold",
        "key:rotate", "chip:keep",
    ],
    "enrolling": ["factor:self"],
}  # fmt: skip


@dataclass
class AuthDouble:
    """A stand-in for the auth service on a loopback port of its own."""

    issuer: str = "https://bellwether.local"
    audience: str = "bellwether"
    secret: str = "service-secret-of-a-test"  # noqa: S105
    revoked: set[str] = field(default_factory=set)
    addresses: dict[str, str] = field(default_factory=dict)
    disabled: set[str] = field(default_factory=set)
    persons: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    is_down: bool = False
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Free the port."""
        self.server.shutdown()
        self.server.server_close()

    def token(
        self,
        user_id: UUID | None = None,
        roles: Iterable[str] = ("farmer",),
        *,
        headers: Mapping[str, object] = HEADERS,
        **changes: object,
    ) -> str:
        """An access token of `user_id`; `changes` replace claims."""
        claims = self.claims(user_id, roles)
        return jwt.encode(claims | changes, self.key, "ES256", headers=dict(headers))

    def claims(self, user_id: UUID | None = None, roles: Iterable[str] = ("farmer",)) -> dict[str, object]:
        """What a token of `user_id` says."""
        now = int(time.time())
        return {
            "iss": self.issuer, "aud": self.audience, "sub": str(user_id or new_id()), "sid": str(new_id()),
            "jti": str(new_id()), "iat": now, "exp": now + 300, "roles": list(roles), "amr": ["pwd"], "acr": "aal1",
            "auth_time": now,
        }  # fmt: skip

    def bearer(
        self,
        user_id: UUID | None = None,
        roles: Iterable[str] = ("farmer",),
        *,
        headers: Mapping[str, object] = HEADERS,
        **changes: object,
    ) -> dict[str, str]:
        """The Authorization header with such a token."""
        return {"Authorization": f"Bearer {self.token(user_id, roles, headers=headers, **changes)}"}

    def _answer(self, path: str, authorization: str | None) -> tuple[int, object]:
        if self.is_down:
            return 503, {}
        if path == "/.well-known/jwks.json":
            public = ECAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
            return 200, {"keys": [public | {"kid": "test", "use": "sig", "alg": "ES256"}]}
        if path == "/api/v1/auth/permissions":
            return 200, {"version": 1, "roles": ROLES}
        if path.startswith("/api/v1/auth/internal/revocations"):
            is_trusted = authorization == f"Service {self.secret}"
            return (200, {"now": int(time.time()), "sessions": sorted(self.revoked)}) if is_trusted else (401, {})
        if path.startswith("/api/v1/auth/internal/addresses/"):
            is_trusted = authorization == f"Service {self.secret}"
            return (200, {"email": self.addresses.get(path.rpartition("/")[2])}) if is_trusted else (401, {})
        if path.startswith("/api/v1/auth/internal/accounts/"):
            is_trusted = authorization == f"Service {self.secret}"
            return (200, {"active": path.rpartition("/")[2] not in self.disabled}) if is_trusted else (401, {})
        if path.startswith("/api/v1/profiles/internal/"):
            is_trusted = authorization == f"Service {self.secret}"
            what = path.rpartition("/")[2].partition("?")[0]
            return (200, {"items": self.persons.get(what, []), "next": None}) if is_trusted else (401, {})
        return 404, {}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        double = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                double.requests.append(self.path)
                status, body = double._answer(self.path, self.headers.get("authorization"))
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
