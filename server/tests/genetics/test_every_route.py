"""Every route of the service, as its OpenAPI lists them: a new one is asked here without anybody writing a row."""

import re
from collections.abc import Iterator
from typing import Any

from apps import Apps
from bellwether.platform.ids import new_id

from .conftest import BASE, People

PREFIX = "/api/v1/genetics"
VERBS = ("get", "post", "put", "patch", "delete")


def asked(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Method and address, with ids of nothing."""
    for path, item in document["paths"].items():
        if path.startswith(PREFIX) and not path.endswith(("/healthz", "/readyz")):
            url = re.sub(r"{\w+_id}", str(new_id()), path.removeprefix(PREFIX))
            yield from ((verb.upper(), re.sub(r"{\w+}", "1", url)) for verb in VERBS if verb in item)


async def test_no_route_answers_who_has_no_token_or_another_role(apps: Apps, people: People) -> None:
    """Strangers of a farm are tried slice by slice, with bodies that would be taken."""
    client, administrator = people().client, people("administrator")
    routes = list(asked(apps("genetics").openapi()))
    assert len(routes) > 50
    anonymous = {f"{verb} {url}": (await client.request(verb, BASE + url)).status_code for verb, url in routes}
    assert {route: status for route, status in anonymous.items() if status != 401} == {}
    # what is kept for everybody is an administrator's, and nobody else's
    who = {True: people("farmer", "researcher", "student"), False: administrator}
    others = {
        f"{verb} {url}": (await who[url.startswith("/common-chips")].ask(verb, url)).status_code for verb, url in routes
    }
    assert {route: status for route, status in others.items() if status != 403} == {}
