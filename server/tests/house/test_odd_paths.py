"""Whatever stands in an address in place of an id or a name: nothing is found, or it is refused; no route falls."""

import httpx
import pytest
from apps import Apps
from bellwether.platform.ids import new_id
from bellwether.platform.testing.auth_double import AuthDouble

from .walked import SERVICES, routes

ODD = ("x" * 300, "99999999999999999999", "a%00b")


@pytest.mark.parametrize("service", SERVICES)
async def test_no_odd_id_brings_a_route_down(service: str, apps: Apps, auth: AuthDouble) -> None:
    app = apps(service)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        fallen = []
        for path in sorted({found.path for found in routes(app) if "GET" in found.methods and "{" in found.path}):
            for odd in ODD:
                url = "/".join(odd if piece.startswith("{") else piece for piece in path.split("/"))
                me = auth.bearer(new_id(), ("farmer", "researcher", "administrator"))
                answer = await client.get(url, headers=me)
                if answer.status_code not in (400, 403, 404, 405, 413, 422):
                    fallen.append(f"{answer.status_code} {path} {odd[:12]}")
    assert fallen == []
