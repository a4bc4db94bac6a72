"""The research service over HTTP, in this process, on the test database."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import pytest
from apps import Apps, calling
from bellwether.platform.ids import new_id
from bellwether.platform.testing.auth_double import AuthDouble

BASE = "http://research/api/v1/research"


@dataclass
class Person:
    """Somebody with a token."""

    client: httpx.AsyncClient
    headers: dict[str, str]
    id: UUID = field(default_factory=new_id)

    async def ask(self, method: str, path: str, *, match: int | None = None, **kwargs: Any) -> httpx.Response:
        """One request; `match` is the revision for If-Match."""
        headers = self.headers | kwargs.pop("headers", {})
        if match is not None:
            headers["If-Match"] = f'"{match}"'
        return await self.client.request(method, BASE + path, headers=headers, **kwargs)

    async def project(self, **values: Any) -> dict[str, Any]:
        """A new project."""
        answer = await self.ask("POST", "/projects", json={"title": "Twins"} | values)
        assert answer.status_code == 201, answer.text
        return answer.json()


People = Callable[..., Person]


@pytest.fixture(scope="session")
async def people(apps: Apps, auth: AuthDouble) -> AsyncIterator[People]:
    """`people()` is a new researcher, `people("student")` somebody else."""

    def person(*roles: str) -> Person:
        user_id = new_id()
        return Person(client, auth.bearer(user_id, roles or ("researcher",)), user_id)

    async with calling(apps("research")) as client:
        yield person
