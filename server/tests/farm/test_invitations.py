"""Inviting a member by e-mail address: who may, who can accept, and what nobody learns."""

import hashlib
from typing import Any

import asyncpg
import pytest
from bellwether.platform.context import Context
from bellwether.platform.ids import new_id
from bellwether.platform.testing.auth_double import AuthDouble
from sqlalchemy import text

from .conftest import Farmer, NewFarmer

TOM = "Tom@HillFarm.example"


@pytest.fixture
async def tom(new_farmer: NewFarmer, auth: AuthDouble) -> Farmer:
    """A user with a verified address and no farm."""
    found = await new_farmer(with_farm=False)
    auth.addresses[str(found.user_id)] = "tom@hillfarm.example"
    return found


async def invite(owner: Farmer, email: str = TOM, role: str = "worker") -> dict[str, Any]:
    return await owner.make(f"/farms/{owner.farm_id}/invitations", email=email, role=role)


async def accept(user: Farmer, token: str, expect: int = 200) -> dict[str, Any]:
    answer = await user.ask("POST", "/invitations/accept", expect, json={"token": token})
    found: dict[str, Any] = answer.json()
    return found


async def execute(farmer: Farmer, statement: str, *values: Any) -> Any:
    connection = await asyncpg.connect(farmer.admin_dsn)
    try:
        return await connection.fetch(statement, *values)
    finally:
        await connection.close()


async def test_an_invited_user_becomes_a_member_and_the_secret_opens_once(farmer: Farmer, tom: Farmer) -> None:
    await tom.ask("GET", f"/farms/{farmer.farm_id}", 404)
    sent = await invite(farmer)
    assert (sent["email"], sent["role"], sent["state"]) == ("tom@hillfarm.example", "worker", "open")
    member = await accept(tom, sent["token"])
    assert (member["user_id"], member["farm_id"], member["role"]) == (str(tom.user_id), farmer.farm_id, "worker")
    assert (await tom.ask("GET", f"/farms/{farmer.farm_id}", 200)).json()["role"] == "worker"
    assert (await accept(tom, sent["token"], 404))["code"] == "invitation_unknown"
    (listed,) = (await farmer.ask("GET", f"/farms/{farmer.farm_id}/invitations", 200)).json()["items"]
    assert listed["state"] == "accepted"
    assert "token" not in listed
    facts = await execute(farmer, "select payload from farm.outbox where type = 'farm.membership.granted.v1'")
    assert any(str(tom.user_id) in str(fact["payload"]) for fact in facts)


async def test_only_a_hash_of_the_secret_is_stored(farmer: Farmer) -> None:
    sent = await invite(farmer)
    (row,) = await execute(farmer, "select * from farm.invitation where id = $1", sent["id"])
    assert row["token_sha256"] == hashlib.sha256(sent["token"].encode()).digest()
    assert sent["token"] not in str(dict(row))


async def test_a_user_who_registers_later_accepts(farmer: Farmer, new_farmer: NewFarmer, auth: AuthDouble) -> None:
    sent = await invite(farmer, "new@hillfarm.example", "viewer")
    late = await new_farmer(with_farm=False)
    assert (await accept(late, sent["token"], 403))["code"] == "address_not_verified"
    auth.addresses[str(late.user_id)] = "new@hillfarm.example"
    assert (await accept(late, sent["token"]))["role"] == "viewer"


async def test_another_address_cannot_use_the_secret(farmer: Farmer, new_farmer: NewFarmer, auth: AuthDouble) -> None:
    sent = await invite(farmer)
    thief = await new_farmer()
    auth.addresses[str(thief.user_id)] = "thief@hillfarm.example"
    assert (await accept(thief, sent["token"], 404))["code"] == "invitation_unknown"
    await thief.ask("GET", f"/farms/{farmer.farm_id}", 404)


async def test_an_address_has_one_form(farmer: Farmer, tom: Farmer, auth: AuthDouble) -> None:
    auth.addresses[str(tom.user_id)] = "TOM@hillfarm.example"
    assert (await accept(tom, (await invite(farmer, "  \uff34om@HILLFARM.example "))["token"]))["role"] == "worker"


@pytest.mark.parametrize("how", ["expired", "withdrawn", "replaced", "unknown", "inviter_left"])
async def test_what_cannot_be_accepted_is_not_told_apart(farmer: Farmer, tom: Farmer, how: str) -> None:
    sent = await invite(farmer)
    token = sent["token"]
    place = f"/farms/{farmer.farm_id}/invitations/{sent['id']}"
    if how == "expired":
        await execute(farmer, "update farm.invitation set expires_at = now() where id = $1", sent["id"])
    elif how == "withdrawn":
        await farmer.ask("DELETE", place, 204)
        await farmer.ask("DELETE", place, 404)
    elif how == "replaced":
        await invite(farmer)
    elif how == "unknown":
        token = "A" * 43
    else:
        statement = "update farm.membership set role = 'viewer' where user_id = $1"
        await execute(farmer, statement, farmer.user_id)
    answer = await accept(tom, token, 404)
    assert (answer["code"], answer["detail"].count("sender")) == ("invitation_unknown", 1)
    await tom.ask("GET", f"/farms/{farmer.farm_id}", 404)


async def test_a_member_keeps_the_role(farmer: Farmer, auth: AuthDouble) -> None:
    auth.addresses[str(farmer.user_id)] = "tom@hillfarm.example"
    sent = await invite(farmer, role="viewer")
    assert (await accept(farmer, sent["token"], 409))["code"] == "already_member"
    assert (await farmer.ask("GET", f"/farms/{farmer.farm_id}", 200)).json()["role"] == "owner"


async def test_who_may_invite_list_and_withdraw(farmer: Farmer, new_farmer: NewFarmer, auth: AuthDouble) -> None:
    """Anonymous, a role without the permission, another farm's owner, a worker of this farm, its owner."""
    sent = await invite(farmer)
    place = f"/farms/{farmer.farm_id}/invitations"
    worker, other = await new_farmer(with_farm=False), await new_farmer()
    student = await new_farmer(with_farm=False, roles=("student",))
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(worker.user_id), role="worker")
    body = {"email": TOM, "role": "worker"}
    expected = [({"Authorization": ""}, 401), (student.headers, 403), (other.headers, 404), (worker.headers, 403)]
    for headers, status in expected:
        await farmer.ask("POST", place, status, json=body, headers=headers)
        await farmer.ask("GET", place, status, headers=headers)
        await farmer.ask("DELETE", f"{place}/{sent['id']}", status, headers=headers)
    await farmer.ask("POST", "/invitations/accept", 401, json={"token": sent["token"]}, headers={"Authorization": ""})
    assert [item["state"] for item in (await farmer.ask("GET", place, 200)).json()["items"]] == ["open"]


async def test_the_answer_does_not_say_whether_an_address_has_an_account(farmer: Farmer, auth: AuthDouble) -> None:
    before = len(auth.requests)
    known = await invite(farmer, "tom@hillfarm.example")
    unknown = await invite(farmer, "nobody@hillfarm.example")
    assert known.keys() == unknown.keys()
    assert not [path for path in auth.requests[before:] if "addresses" in path]


@pytest.mark.parametrize("email", ["tom", "tom@", "a b@c.de", "tom@hill\u200bfarm.example", "@", "tom@farm", 1, None])
async def test_what_is_no_address_is_refused(farmer: Farmer, email: object) -> None:
    body = {"email": email, "role": "worker"}
    answer = await farmer.ask("POST", f"/farms/{farmer.farm_id}/invitations", 422, json=body)
    assert answer.json()["errors"][0]["field"] == "email"


async def test_guessing_is_slow(farmer: Farmer, tom: Farmer) -> None:
    answers = [await tom.ask("POST", "/invitations/accept", json={"token": "B" * 43}) for _ in range(25)]
    assert {answer.status_code for answer in answers} == {404, 429}


async def test_an_auth_service_that_is_down_denies(farmer: Farmer, tom: Farmer, auth: AuthDouble) -> None:
    sent = await invite(farmer)
    headers = tom.headers
    await tom.ask("GET", "/farms", 200, headers=headers)
    auth.is_down = True
    try:
        answer = await tom.ask("POST", "/invitations/accept", json={"token": sent["token"]})
        assert answer.status_code in (401, 503)
    finally:
        auth.is_down = False
    await tom.ask("GET", f"/farms/{farmer.farm_id}", 404)


async def test_nobody_but_owners_sees_an_invitation_in_the_database(farmer: Farmer, tom: Farmer) -> None:
    await invite(farmer)
    for user, n in ((farmer.user_id, 1), (tom.user_id, 0), (new_id(), 0)):
        async with farmer.database.transaction(Context(user_id=user)) as session:
            found = await session.execute(text("select count(*) from farm.invitation"))
            assert found.scalar_one() == n
