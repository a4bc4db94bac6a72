"""Idempotency-Key (IETF httpapi draft): one key and body give one answer, in the request's own transaction."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
from pydantic import BaseModel
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import Response

from bellwether.platform.database.transactions import Session
from bellwether.platform.identity.tokens import Principal
from bellwether.platform.problems import Conflict, Unprocessable

MAX_KEY = 200


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

    def __init__(self, request: Request, session: Session, me: Principal) -> None:
        self._request, self._session, self._me = request, session, me

    async def __call__(
        self,
        make: Callable[[], Awaitable[BaseModel]],
        *,
        status: int = 201,
        headers: Mapping[str, str] | Callable[[Any], Mapping[str, str]] | None = None,
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
            return Response(stored.answer, stored.status, dict(stored.headers), "application/json")
        response = answer(await make(), status, headers)
        await self._store(key, digest, response)
        return response

    def _key(self) -> str | None:
        key = self._request.headers.get("idempotency-key")
        if key is None:
            return None
        key = key.strip().strip('"')
        if not key or len(key) > MAX_KEY or not key.isprintable():
            raise KeyInvalid
        return f"{self._request.method} {self._request.url.path} {key}"

    async def _digest(self) -> bytes:
        return hashlib.sha256(await self._request.body()).digest()

    async def _lock(self, key: str) -> None:
        statement = text("select pg_try_advisory_xact_lock(hashtextextended(:key, 7))")
        if not (await self._session.execute(statement, {"key": f"{self._me.user_id} {key}"})).scalar():
            raise StillRunning

    async def _stored(self, key: str) -> Any:
        statement = text(
            "select body_sha256, status, headers, answer from idempotency_key where user_id = :user and key = :key"
        )
        return (await self._session.execute(statement, {"user": self._me.user_id, "key": key})).one_or_none()

    async def _store(self, key: str, digest: bytes, response: Response) -> None:
        kept = {name: value for name, value in response.headers.items() if name in ("location", "etag")}
        statement = text(
            "insert into idempotency_key (user_id, key, body_sha256, status, headers, answer) "
            "values (:user, :key, :digest, :status, cast(:headers as jsonb), :answer)"
        )
        values = {"user": self._me.user_id, "key": key, "digest": digest, "status": response.status_code}
        await self._session.execute(
            statement, {**values, "headers": orjson.dumps(kept).decode(), "answer": bytes(response.body)}
        )


def answer(
    made: BaseModel, status: int, headers: Mapping[str, str] | Callable[[Any], Mapping[str, str]] | None
) -> Response:
    """What was made, as the response."""
    extra = headers(made) if callable(headers) else headers
    return Response(made.model_dump_json(), status, dict(extra or {}), "application/json")
