"""A token for some farms only: on the others its user is a stranger, at every door and below them."""

from typing import Any
from uuid import UUID

import pytest
from bellwether.platform.context import Context
from bellwether.platform.testing.auth_double import AuthDouble
from sqlalchemy import text

from .conftest import SAMPLES, Farmer, NewFarmer

OF_FARMS = """
select c.table_schema || '.' || c.table_name from information_schema.columns c
join information_schema.tables t using (table_schema, table_name)
where c.table_schema = 'farm' and c.column_name = 'farm_id' and t.table_type = 'BASE TABLE'
  and has_table_privilege(format('%I.%I', c.table_schema, c.table_name), 'select')
"""
SCOPE = "flock:read flock:write import:read"


@pytest.fixture
async def named(farmer: Farmer, auth: AuthDouble) -> dict[str, Any]:
    """Somebody with two farms, the second one full, and the headers of a token for the first."""
    await farmer.take_in((SAMPLES / "sg_submission_like.csv").read_bytes(), "sg")
    await farmer.make("/organisations", name="Both hills", country="GB")
    full, flock = farmer.farm_id, farmer.flock_id
    other = (await farmer.make("/farms", name="Low Farm", country="GB"))["id"]
    return {"other": other, "full": full, "flock": flock, "headers": of(auth, farmer, other)}


def of(auth: AuthDouble, farmer: Farmer, *farms: str, scope: str = SCOPE) -> dict[str, str]:
    """The header of such a token."""
    return auth.bearer(farmer.user_id, farms=list(farms), scope=scope)


async def test_lists_have_the_named_farm_only(farmer: Farmer, named: dict[str, Any]) -> None:
    async def ids(path: str, headers: dict[str, str]) -> list[str]:
        answer = await farmer.ask("GET", path, 200, headers=headers)
        return [row["id"] for row in answer.json()["items"]]

    headers = named["headers"]
    assert await ids("/farms", headers) == [named["other"]]
    assert len(await ids("/farms", farmer.headers)) == 2
    for path in ("/flocks", "/organisations"):
        assert await ids(path, headers) == [], path
        assert await ids(path, farmer.headers), path
    for what in ("germplasm", "observations"):
        found = await farmer.client.get(f"http://farm/brapi/v2/{what}", headers=headers)
        assert (found.status_code, found.json()["result"]["data"]) == (200, []), what


async def test_other_farms_answer_as_to_a_stranger(
    farmer: Farmer, named: dict[str, Any], new_farmer: NewFarmer
) -> None:
    stranger = await new_farmer(with_farm=False)
    farm, flock = named["full"], named["flock"]
    animal = (await farmer.ask("GET", f"/animals?farm_id={farm}", 200)).json()["items"][0]["id"]
    born = {"sex": "female", "birth_date": "2026-03-01"}
    asked: list[tuple[str, str, Any]] = [
        ("GET", f"/farms/{farm}", None),
        ("PATCH", f"/farms/{farm}", {"name": "Mine"}),
        ("GET", f"/farms/{farm}/members", None),
        ("GET", f"/flocks/{flock}", None),
        ("GET", f"/animals/{animal}", None),
        ("GET", f"/animals/{animal}/ancestors", None),
        ("POST", "/flocks", {"farm_id": farm, "name": "New", "code": "1", "recording_scheme": "SG"}),
        ("POST", "/animals", {"farm_id": farm, "flock_id": flock, **born}),
        ("POST", "/weights/query", {"animal_ids": [animal]}),
        ("GET", f"/farms/{farm}/changes?device_id={animal}", None),
        ("GET", f"/farms/{farm}/sync?device_id={animal}", None),
        ("POST", "/exports", {"farm_id": farm, "kind": "animals", "format": "csv"}),
    ]
    for method, path, body in asked:
        kwargs = {} if body is None else {"json": body}
        mine = await farmer.ask(method, path, headers=named["headers"], **kwargs)
        theirs = await stranger.ask(method, path, **kwargs)
        assert (mine.status_code, mine.json().get("code")) == (theirs.status_code, theirs.json().get("code")), path
        assert mine.status_code >= 400 or mine.json() == theirs.json(), path


async def test_an_answer_that_a_key_has_kept_is_not_told(farmer: Farmer, named: dict[str, Any]) -> None:
    body = {"farm_id": named["full"], "flock_id": named["flock"], "sex": "female"}
    key = {"Idempotency-Key": "ewe 1"}
    for _ in range(2):
        await farmer.ask("POST", "/animals", 201, json=body, headers=farmer.headers | key)
    await farmer.ask("POST", "/animals", 422, json=body, headers=named["headers"] | key)


async def test_what_belongs_to_no_farm_is_refused(farmer: Farmer, named: dict[str, Any]) -> None:
    for path in ("/farms", "/organisations"):
        body = {"name": "Third", "country": "GB"}
        answer = await farmer.ask("POST", path, 403, headers=named["headers"], json=body)
        assert answer.json()["code"] == "not_allowed"


async def test_its_own_farm_works(farmer: Farmer, named: dict[str, Any], auth: AuthDouble) -> None:
    body = {"farm_id": named["other"], "name": "Low ewes", "code": "1", "recording_scheme": "SG"}
    await farmer.ask("POST", "/flocks", 201, headers=named["headers"], json=body)
    reads_only = of(auth, farmer, named["other"], scope="flock:read")
    await farmer.ask("GET", f"/farms/{named['other']}", 200, headers=reads_only)
    await farmer.ask("POST", "/flocks", 403, headers=reads_only, json=body)
    await farmer.ask("GET", "/farms", 401, headers=auth.bearer(farmer.user_id, farms=[named["other"]]))


async def test_no_table_shows_a_row_of_another_farm(farmer: Farmer, named: dict[str, Any]) -> None:
    async def seen(token_farms: tuple[UUID, ...] | None) -> dict[str, int]:
        context = Context(user_id=farmer.user_id, token_farms=token_farms)
        async with farmer.database.transaction(context) as session:
            tables = (await session.execute(text(OF_FARMS))).scalars().all()
            count = "select count(*) from {} where farm_id = :farm"
            ask = {"farm": UUID(named["full"])}
            found = {name: (await session.execute(text(count.format(name)), ask)).scalar_one() for name in tables}
        assert len(found) > 40
        return {name: rows for name, rows in found.items() if rows}

    whole = await seen(None)
    assert len(whole) > 8
    assert await seen((UUID(named["full"]),)) == whole
    assert await seen((UUID(named["other"]),)) == {}
    # a list without a farm is no permission for all of them
    assert await seen(()) == {}
