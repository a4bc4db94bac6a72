"""Projects over HTTP."""

import json
from pathlib import Path
from typing import Any

import asyncpg
import jsonschema_rs
import pytest
from bellwether.platform.ids import new_id

from .conftest import BASE, People

CONTRACTS = Path(__file__).parents[3] / "contracts" / "events"


async def test_a_project_is_stored_with_its_owner_as_lead(people: People) -> None:
    owner, analyst = people(), people()
    new = {
        "id": str(new_id()),
        "title": "  Weaning weight of twins ",
        "question": "Why?",
        "starts_on": "2025-03-01",
        "members": [{"user_id": str(analyst.id), "role": "analyst"}],
    }
    answer = await owner.ask("POST", "/projects", json=new)
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/v1/research/projects/{new['id']}"
    assert answer.headers["etag"] == '"1"'
    made = answer.json()
    assert made["title"] == "Weaning weight of twins"
    assert (made["owner_id"], made["my_role"], made["state"]) == (str(owner.id), "lead", "planned")
    assert {member["user_id"]: member["role"] for member in made["members"]} == {
        str(owner.id): "lead",
        str(analyst.id): "analyst",
    }
    seen = (await analyst.ask("GET", f"/projects/{new['id']}")).json()
    assert seen == made | {"my_role": "analyst"}


async def test_the_fact_leaves_through_the_outbox(people: People, postgres_server: Any) -> None:
    owner = people()
    made = await owner.project()
    connection = await asyncpg.connect(postgres_server.dsn)
    try:
        row = await connection.fetchrow("select * from research.outbox where key = $1", made["id"])
    finally:
        await connection.close()
    assert row is not None
    assert row["type"] == "research.project.created.v1"
    assert json.loads(row["headers"])["actor"] == str(owner.id)
    data = json.loads(row["payload"])
    assert data == {
        "project_id": made["id"],
        "title": "Twins",
        "owner_id": str(owner.id),
        "member_ids": [str(owner.id)],
    }
    contract = json.loads((CONTRACTS / "research.project.created.v1.json").read_text())
    for told in (data, contract["examples"][0]):
        jsonschema_rs.validate(contract, told, validate_formats=True)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/projects", None),
        ("POST", "/projects", {"title": "x"}),
        ("GET", "/projects/{id}", None),
        ("PATCH", "/projects/{id}", {"title": "x"}),
        ("DELETE", "/projects/{id}", None),
        ("PUT", "/projects/{id}/members/{id}", {"role": "viewer"}),
        ("DELETE", "/projects/{id}/members/{id}", None),
    ],
)
async def test_who_may(people: People, method: str, path: str, body: Any) -> None:
    owner, stranger, student = people(), people(), people("student")
    made = await owner.project()
    path = path.replace("{id}", made["id"])
    anonymous = await owner.client.request(method, BASE + path, json=body)
    assert (anonymous.status_code, anonymous.json()["code"]) == (401, "not_authenticated")
    administrator = await people("administrator").ask(method, path, json=body, match=1)
    assert (administrator.status_code, administrator.json()["code"]) == (403, "not_allowed")
    is_read = method == "GET" or (method == "DELETE" and "members" in path)
    wrong_role = await student.ask(method, path, json=body, match=1)
    assert wrong_role.status_code == (403 if not is_read else 404 if made["id"] in path else 200)
    other = await stranger.ask(method, path, json=body, match=1)
    if made["id"] in path:
        assert (other.status_code, other.json()["code"]) == (404, "project_not_found")
    elif method == "GET":
        assert other.json() == {"items": [], "next": None}
    assert (await owner.ask("GET", f"/projects/{made['id']}")).json() == made


async def test_roles_inside_a_project(people: People) -> None:
    lead, analyst, viewer, student = people(), people(), people(), people("student")
    members = [(analyst, "analyst"), (viewer, "viewer"), (student, "viewer")]
    made = await lead.project(members=[{"user_id": str(person.id), "role": role} for person, role in members])
    path = f"/projects/{made['id']}"
    assert (await student.ask("GET", path)).status_code == 200
    assert (await viewer.ask("PATCH", path, json={"title": "no"}, match=1)).json()["code"] == "project_role_too_low"
    assert (await analyst.ask("DELETE", path, match=1)).json()["code"] == "project_role_too_low"
    changed = await analyst.ask("PATCH", path, json={"title": "Triplets", "state": "running"}, match=1)
    assert (changed.status_code, changed.headers["etag"], changed.json()["title"]) == (200, '"2"', "Triplets")
    assert (await analyst.ask("PATCH", path, json={"title": "again"}, match=1)).status_code == 412
    assert (await analyst.ask("PATCH", path, json={"title": "again"})).status_code == 428


async def test_archived_projects_leave_the_list_and_can_come_back(people: People) -> None:
    owner = people()
    made = await owner.project()
    assert (await owner.ask("DELETE", f"/projects/{made['id']}", match=1)).status_code == 204
    assert (await owner.ask("GET", "/projects")).json()["items"] == []
    put_away = (await owner.ask("GET", "/projects?state=archived")).json()["items"]
    assert [project["state"] for project in put_away] == ["archived"]
    back = await owner.ask("PATCH", f"/projects/{made['id']}", json={"state": "running"}, match=2)
    assert back.json()["state"] == "running"


async def test_pages_and_words(people: People) -> None:
    owner = people()
    titles = [f"Trial {number}" for number in range(5)]
    for title in titles:
        await owner.project(title=title, question="Do lambs grow faster?" if title.endswith("3") else "")
    seen, cursor = [], ""
    while cursor is not None:
        page = (await owner.ask("GET", f"/projects?limit=2{cursor and '&cursor=' + cursor}")).json()
        assert len(page["items"]) <= 2
        seen += [project["title"] for project in page["items"]]
        cursor = page["next"]
    assert seen == titles[::-1]
    found = (await owner.ask("GET", "/projects?q=growing lamb")).json()["items"]
    assert [project["title"] for project in found] == ["Trial 3"]


async def test_members_come_and_go(people: People) -> None:
    lead, other = people(), people()
    made = await lead.project()
    place = f"/projects/{made['id']}/members"
    assert (await lead.ask("DELETE", f"{place}/{lead.id}", match=1)).json()["code"] == "project_needs_lead"
    assert (await lead.ask("PUT", f"{place}/{lead.id}", json={"role": "viewer"}, match=1)).status_code == 409
    assert (await lead.ask("DELETE", f"{place}/{other.id}", match=1)).json()["code"] == "member_not_found"
    added = await lead.ask("PUT", f"{place}/{other.id}", json={"role": "lead"}, match=1)
    assert [member["role"] for member in added.json()["members"]] == ["lead", "lead"]
    assert (await lead.ask("DELETE", f"{place}/{lead.id}", match=2)).status_code == 204
    assert (await lead.ask("GET", f"/projects/{made['id']}")).status_code == 404
    assert (await other.ask("GET", f"/projects/{made['id']}")).json()["rev"] == 3


async def test_one_key_makes_one_project(people: People) -> None:
    owner = people()
    key = {"Idempotency-Key": str(new_id())}
    first = await owner.ask("POST", "/projects", json={"title": "Once"}, headers=key)
    again = await owner.ask("POST", "/projects", json={"title": "Once"}, headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert (await owner.ask("POST", "/projects", json={"title": "Other"}, headers=key)).status_code == 422
    assert len((await owner.ask("GET", "/projects")).json()["items"]) == 1


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"starts_on": "2025-02-02", "ends_on": "2025-02-01"}, 422, "ends_before_start"),
        ({"title": ""}, 422, "invalid"),
        ({"title": "a\u0000b"}, 422, "invalid"),
        ({"state": "archived"}, 422, "invalid"),
        ({"colour": "red"}, 422, "unknown_field"),
        ({"members": [{"user_id": str(new_id()), "role": "king"}]}, 422, "invalid"),
        ({"members": [{"user_id": "00000000-0000-7000-8000-000000000001", "role": "viewer"}] * 2}, 422, "member_twice"),
    ],
)
async def test_bad_values_are_named_and_nothing_is_written(
    people: People, change: dict[str, Any], status: int, code: str
) -> None:
    owner = people()
    answer = await owner.ask("POST", "/projects", json={"title": "x"} | change)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await owner.ask("GET", "/projects")).json()["items"] == []


async def test_bad_changes(people: People) -> None:
    owner = people()
    made = await owner.project(starts_on="2025-02-02")
    path = f"/projects/{made['id']}"
    for body, code in (({"ends_on": "2025-02-01"}, "ends_before_start"), ({"title": None}, "field_required")):
        assert (await owner.ask("PATCH", path, json=body, match=1)).json()["code"] == code
    broken = await owner.ask("PATCH", path, content=b"{", headers={"Content-Type": "application/json"}, match=1)
    assert (broken.status_code, broken.json()["code"]) == (400, "malformed_json")
    assert (await owner.ask("GET", path)).json() == made


async def test_an_id_that_is_taken_is_a_conflict_that_shows_nothing(people: People) -> None:
    made = await people().project(title="Secret")
    answer = await people().ask("POST", "/projects", json={"id": made["id"], "title": "Mine"})
    assert (answer.status_code, answer.json()["code"]) == (409, "project_exists")
    assert "Secret" not in answer.text


@pytest.mark.parametrize("cursor", ["x", "WzFd", "WyJhIl0"])
async def test_a_foreign_cursor_is_refused(people: People, cursor: str) -> None:
    answer = await people().ask("GET", f"/projects?cursor={cursor}")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")


async def test_row_level_security_stands_alone(people: People, settings_of: Any) -> None:
    made = await people().project()
    settings = settings_of("research")
    dsn = settings.database_url.replace("@", f":{settings.database_password.get_secret_value()}@")
    connection = await asyncpg.connect(dsn)
    try:
        for user in ("", str(new_id())):
            async with connection.transaction():
                await connection.execute("select set_config('app.user_id', $1, true)", user)
                assert await connection.fetchval("select count(*) from research.project") == 0
                assert await connection.fetchval("select count(*) from research.project_member") == 0
                assert await connection.execute("update research.project set title = 'x'") == "UPDATE 0"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(
                "insert into research.project_member values ($1, $2, 'lead')", made["id"], str(new_id())
            )
    finally:
        await connection.close()
