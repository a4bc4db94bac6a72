"""Idempotency-Key (IETF httpapi draft): one key and body give one answer, in the request's own transaction."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple, TypeVar

from pydantic import BaseModel
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import Response

from bellwether.platform.database.transactions import Session
from bellwether.platform.http.answers import JsonText
from bellwether.platform.identity.tokens import Principal
from bellwether.platform.json import json_text
from bellwether.platform.problems import Conflict, Unprocessable

MAX_KEY = 200
WARNINGS = "Bellwether-Warnings"
"""Of an answer whose body has no place for what its caller should know of what was taken all the same: JSON, a list."""
KEPT = ("location", "etag", WARNINGS.lower())
Made = TypeVar("Made", bound=BaseModel)
Headers = Mapping[str, str] | Callable[[Made], Mapping[str, str]] | None


class Stored(NamedTuple):
    """The answer that a key had."""

    body_sha256: bytes
    status: int
    headers: dict[str, str]
    answer: bytes


class StillRunning(Conflict):
    """Another request with this key has not finished."""

    code, title = "idempotency_running", "A request with this Idempotency-Key is still running: ask again in a moment"


class KeyReused(Unprocessable):
    """The key was used before with another body."""

    code, title = "idempotency_key_reused", "This Idempotency-Key was used with another body: use a new key"


class KeyInvalid(Unprocessable):
    """The key is empty or too long."""

    code, title = "idempotency_key_invalid", f"Idempotency-Key must have 1 to {MAX_KEY} printable characters"


class Idempotent:
    """Runs a use-case once per key. Without a key it simply runs."""

    def __init__(self, request: Request, session: Session, me: Principal, key: str | None) -> None:
        self._request, self._session, self._me, self._given = request, session, me, key

    async def __call__(
        self,
        make: Callable[[], Awaitable[Made]],
        *,
        status: int = 201,
        headers: Headers[Made] = None,
    ) -> Response:
        """The stored answer of this key, or that of `make()`; `headers` may depend on what it made."""
        key = self._key()
        if key is None:
            return answer(await make(), status, headers)
        digest = await self._digest()
        await self._lock(key)
        stored = await self._stored(key)
        if stored is not None:
            if stored.body_sha256 != digest:
                raise KeyReused
            return JsonText(stored.answer, stored.status, stored.headers)
        response = answer(await make(), status, headers)
        await self._store(key, digest, response)
        return response

    def _key(self) -> str | None:
        if self._given is None:
            return None
        key = self._given.strip().strip('"')
        if not key or len(key) > MAX_KEY or not key.isprintable():
            raise KeyInvalid
        # an answer that all farms of a user had a part in is not for a token of some of them
        of = "" if self._me.farms is None else f" of {','.join(sorted(map(str, self._me.farms)))}"
        return f"{self._request.method} {self._request.url.path} {key}{of}"

    async def _digest(self) -> bytes:
        return hashlib.sha256(await self._request.body()).digest()

    async def _lock(self, key: str) -> None:
        statement = text("select pg_try_advisory_xact_lock(hashtextextended(:key, 7))")
        if not (await self._session.execute(statement, {"key": f"{self._me.user_id} {key}"})).scalar():
            raise StillRunning

    async def _stored(self, key: str) -> Stored | None:
        statement = text(
            "select body_sha256, status, headers, answer from idempotency_key where user_id = :user and key = :key"
        )
        row = (await self._session.execute(statement, {"user": self._me.user_id, "key": key})).one_or_none()
        return None if row is None else Stored(*row)

    async def _store(self, key: str, digest: bytes, response: Response) -> None:
        kept = {name: value for name, value in response.headers.items() if name in KEPT}
        statement = text(
            "insert into idempotency_key (user_id, key, body_sha256, status, headers, answer) "
            "values (:user, :key, :digest, :status, cast(:headers as jsonb), :answer)"
        )
        values = {"user": self._me.user_id, "key": key, "digest": digest, "status": response.status_code}
        await self._session.execute(statement, {**values, "headers": json_text(kept), "answer": bytes(response.body)})


def answer(made: Made, status: int, headers: Headers[Made]) -> Response:
    """What was made, as the response."""
    return JsonText(made.model_dump_json(), status, headers(made) if callable(headers) else headers)
