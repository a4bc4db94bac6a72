"""Treatments, feed and withdrawals over HTTP: who got what, until when, and who may be sold (I18-I21)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from bellwether.platform.context import Context
from bellwether.platform.ids import new_id
from sqlalchemy import text

from .conftest import Farmer, NewFarmer
from .test_event_log import BACK, SOLD, refused, send, taken
from .test_mobs import assigned, left, mob, taken_back

DAY = "2024-03-01"


async def remedy(farmer: Farmer, name: str = "Drench A", meat: int = 14, esi: int | None = 28, **more: Any) -> str:
    """A product in millilitres."""
    export = {} if esi is None else {"esi": {"value": esi}}
    body = {"farm_id": farmer.farm_id, "name": name, "unit": "ml", "meat_whp": {"value": meat}, "route": "oral"}
    return str((await farmer.make("/products", **body | export | more))["id"])


def treated(product: str, day: str = DAY, **more: Any) -> dict[str, Any]:
    """An animal or a group gets ten millilitres."""
    payload = {"product_id": product, "dose": 10, "unit": "ml"} | more.pop("payload", {})
    return {"kind": "treatment.given", "occurred_on": day, "payload": payload} | more


def fed(day: str = DAY, **more: Any) -> dict[str, Any]:
    """Feed from elsewhere."""
    payload = {"feed": "Barley"} | more.pop("payload", {})
    return {"kind": "feed.introduced", "occurred_on": day, "payload": payload} | more


def sold(animal: str, day: str, **payload: Any) -> dict[str, Any]:
    """It is sold."""
    return SOLD | {"animal_id": animal, "occurred_on": day, "payload": {"fate": "sold"} | payload}


async def card(farmer: Farmer, animal: str) -> dict[str, Any]:
    """Of one animal."""
    found: dict[str, Any] = (await farmer.ask("GET", f"/animals/{animal}/withdrawals", 200)).json()
    return found


async def clear(farmer: Farmer, animal: str) -> list[str | None]:
    """The first day for meat, export and milk."""
    found = await card(farmer, animal)
    return [found[market]["clear_on"] for market in ("meat", "export", "milk")]


async def ewes(farmer: Farmer, count: int) -> list[str]:
    """Of this flock."""
    return [(await farmer.animal(sex="female"))["id"] for _ in range(count)]


async def warnings(farmer: Farmer, event: dict[str, Any]) -> list[str]:
    """Codes of what is odd about an event that is taken."""
    (item,) = (await send(farmer, event))["items"]
    assert item["verdict"] == "new", item
    assert all(found["row"] == 0 and found["fix"] for found in item["warnings"])
    return [found["code"] for found in item["warnings"]]


async def test_i18_the_latest_end_of_all_that_an_animal_got_counts(farmer: Farmer) -> None:
    (ewe,) = await ewes(farmer, 1)
    long, short = await remedy(farmer), await remedy(farmer, "Drench B", 3, 7)
    assert (await card(farmer, ewe))["items"] == []
    (first,) = await taken(farmer, treated(long, animal_id=ewe))
    await taken(farmer, treated(short, "2024-03-05", animal_id=ewe))
    assert await clear(farmer, ewe) == ["2024-03-15", "2024-03-29", None]
    assert not (await card(farmer, ewe))["milk"]["is_known"]
    await taken(farmer, treated(long, "2024-03-02", animal_id=ewe, supersedes=first))
    assert (await clear(farmer, ewe))[:2] == ["2024-03-16", "2024-03-30"]
    items = (await card(farmer, ewe))["items"]
    assert [item["product_name"] for item in items] == ["Drench B", "Drench A"]
    await taken(farmer, taken_back(items[1]["event_id"]))
    assert (await clear(farmer, ewe))[:2] == ["2024-03-08", "2024-03-12"]


async def test_i18_hours_are_rounded_up_and_the_last_dose_counts(farmer: Farmer) -> None:
    (ewe,) = await ewes(farmer, 1)
    hours = {"meat_whp": {"value": 25, "unit": "hours"}, "milk_whp": {"value": 72, "unit": "hours"}}
    product = await remedy(farmer, esi=None, **hours)
    found = (await farmer.ask("GET", f"/products/{product}", 200)).json()
    assert (found["meat_days"], found["export_days"], found["milk_days"]) == (2, None, 3)
    assert found["meat_whp"] == {"value": 25, "unit": "hours"}
    await taken(farmer, treated(product, animal_id=ewe, payload={"doses": 3, "last_on": "2024-03-03"}))
    assert await clear(farmer, ewe) == ["2024-03-05", None, "2024-03-06"]
    assert await refused(farmer, treated(product, animal_id=ewe, payload={"last_on": "2024-03-03"})) == "doses_apart"
    for last in ("2024-02-28", "2190-01-01"):
        wrong = treated(product, animal_id=ewe, payload={"doses": 2, "last_on": last})
        assert await refused(farmer, wrong) == "date_impossible"


async def test_i18_off_label_use_never_asks_for_less_than_the_label(farmer: Farmer) -> None:
    (ewe,) = await ewes(farmer, 1)
    product = await remedy(farmer)
    less = treated(product, animal_id=ewe, payload={"off_label": {"meat_days": 13}})
    assert await refused(farmer, less) == "below_label"
    await taken(farmer, treated(product, animal_id=ewe, payload={"off_label": {"meat_days": 40, "milk_days": 5}}))
    assert await clear(farmer, ewe) == ["2024-04-10", "2024-04-10", "2024-03-06"]
    label = {"meat_whp": {"value": 50}, "esi": {"value": 10}}
    await farmer.ask("PATCH", f"/products/{product}", 200, json=label, headers={"If-Match": '"1"'})
    assert await clear(farmer, ewe) == ["2024-04-20", "2024-04-20", "2024-03-06"]


async def test_i19_a_mob_is_treated_as_it_was_at_that_moment(farmer: Farmer) -> None:
    here, later, gone, other = await ewes(farmer, 4)
    group, product = await mob(farmer), await remedy(farmer)
    await taken(farmer, *(assigned(ewe, group) for ewe in (here, gone)), left(gone, group, "2024-02-20"))
    (event,) = await taken(farmer, treated(product, group_id=group))
    await taken(farmer, assigned(later, group, "2024-03-02"), left(here, group, "2024-03-02"))
    assert [(await clear(farmer, ewe))[0] for ewe in (here, later, gone)] == ["2024-03-15", None, None]
    await taken(farmer, assigned(other, group, "2024-02-25"))
    assert (await clear(farmer, other))[0] == "2024-03-15"
    log = (await farmer.ask("GET", "/events", 200, params={"farm_id": farmer.farm_id, "animal_id": other})).json()
    await taken(farmer, taken_back(log["items"][0]["id"]))
    assert (await clear(farmer, other))[0] is None
    await taken(farmer, treated(product, "2024-03-03", group_id=group, supersedes=event))
    assert [(await clear(farmer, ewe))[0] for ewe in (here, later)] == [None, "2024-03-17"]
    rams = await mob(farmer, "Rams")
    assert await warnings(farmer, treated(product, group_id=rams)) == ["nobody_treated"]
    assert await refused(farmer, treated(product, group_id=rams, animal_id=here)) == "one_subject"
    assert await refused(farmer, treated(product)) == "one_subject"


async def test_i21_feed_without_a_declaration_withholds_whoever_ate_it_for_60_days(farmer: Farmer) -> None:
    first, second, third = await ewes(farmer, 3)
    group = await mob(farmer)
    await taken(farmer, assigned(first, group), assigned(second, group, "2024-03-05"))
    await taken(farmer, fed(group_id=group, payload={"last_on": "2024-03-10"}), left(first, group, "2024-03-08"))
    await taken(farmer, assigned(third, group, "2024-03-12"))
    assert [(await clear(farmer, ewe))[0] for ewe in (first, second, third)] == ["2024-05-07", "2024-05-09", None]
    await taken(farmer, fed(animal_id=third, payload={"declaration": "CVD 4711", "days": 7}))
    assert (await clear(farmer, third))[:2] == ["2024-03-08", "2024-03-08"]
    assert await refused(farmer, sold(first, "2024-05-06")) == "withheld"
    await taken(farmer, sold(first, "2024-05-07"))


async def test_i20_who_is_withheld_is_sold_there_with_a_reason_only(farmer: Farmer) -> None:
    one, two, three = await ewes(farmer, 3)
    product = await remedy(farmer)
    found = await send(farmer, *(treated(product, animal_id=ewe) for ewe in (one, two, three)), sold(one, "2024-03-14"))
    assert [item["verdict"] for item in found["items"]] == ["new", "new", "new", "rejected"]
    (error,) = found["items"][3]["errors"]
    assert (error["code"], error["field"]) == ("withheld", "events.3.payload.override")
    assert "2024-03-15" in error["message"]
    assert await refused(farmer, sold(one, "2024-03-15")) == "withheld"
    assert await refused(farmer, sold(one, "2024-03-28", market="export")) == "withheld"
    assert await refused(farmer, sold(one, "2024-03-14", fate="culled", market="meat")) == "withheld"
    await taken(farmer, sold(one, "2024-03-15", market="meat"))
    reason = "the buyer knows and keeps it"
    (event,) = await taken(farmer, sold(two, "2024-03-10", override={"reason": reason}))
    await taken(farmer, sold(three, "2024-03-29"))
    path = f"/farms/{farmer.farm_id}/withheld-sales"
    (listed,) = (await farmer.ask("GET", path, 200)).json()["items"]
    assert (listed["event_id"], listed["reason"], listed["meat_until"]) == (event, reason, "2024-03-15")
    assert listed["recorded_by"] == str(farmer.user_id)
    await taken(farmer, taken_back(event))
    assert (await farmer.ask("GET", path, 200)).json()["items"] == []


async def test_i20_a_treatment_that_is_told_late_shows_the_sale(farmer: Farmer) -> None:
    (ewe,) = await ewes(farmer, 1)
    product = await remedy(farmer)
    await taken(farmer, sold(ewe, "2024-03-10"), BACK | {"animal_id": ewe})
    assert await warnings(farmer, treated(product, animal_id=ewe)) == ["sold_while_withheld"]
    (listed,) = (await farmer.ask("GET", f"/farms/{farmer.farm_id}/withheld-sales", 200)).json()["items"]
    assert (listed["animal_id"], listed["reason"]) == (ewe, None)
    assert await warnings(farmer, treated(product, "2024-06-01", animal_id=ewe)) == []


async def test_i20_a_list_for_sale_takes_nobody_who_is_withheld(farmer: Farmer) -> None:
    one, two = await ewes(farmer, 2)
    product, draft = await remedy(farmer), await mob(farmer, "Draft", type="planned", purpose="Sale")
    await taken(farmer, treated(product, animal_id=one))
    assert await refused(farmer, assigned(one, draft, "2024-03-10")) == "withheld"
    await taken(
        farmer, assigned(two, draft, "2024-03-10"), assigned(one, draft, "2024-03-16", payload={"market": "meat"})
    )
    other = await mob(farmer, "Look at", type="planned")
    await taken(farmer, assigned(one, other, "2024-03-10"))
    path = f"/farms/{farmer.farm_id}/sale-check"
    found = (await farmer.ask("GET", path, 200, params={"group_id": draft, "on": "2024-03-20", "limit": 1})).json()
    more = {"group_id": draft, "on": "2024-03-20", "cursor": found["next"]}
    items = found["items"] + (await farmer.ask("GET", path, 200, params=more)).json()["items"]
    by_id = {item["animal_id"]: item for item in items}
    assert [by_id[one][market]["may_be_sold"] for market in ("meat", "export", "milk")] == [True, False, False]
    assert by_id[one]["export"]["clear_on"] == "2024-03-29"
    assert by_id[two]["export"]["may_be_sold"]
    body = {"animal_ids": [one, two, str(new_id())], "on": "2024-03-29"}
    found = (await farmer.ask("POST", f"{path}/query", 200, json=body)).json()
    assert (found["may_be_sold"], len(found["unknown"])) == (2, 1)


async def test_i20_a_list_becomes_one_for_sale_when_nobody_in_it_is_withheld(farmer: Farmer) -> None:
    ewe, clear_one = await ewes(farmer, 2)
    drafted = await mob(farmer, "Drafted", type="planned", purpose="draft")
    day = str(datetime.now(UTC).date() - timedelta(days=3))
    await taken(farmer, treated(await remedy(farmer), day, animal_id=ewe))
    await taken(farmer, *(assigned(one, drafted, day) for one in (ewe, clear_one)))
    path, change = f"/groups/{drafted}", {"json": {"purpose": "Sale"}, "headers": {"If-Match": "*"}}
    answer = (await farmer.ask("PATCH", path, 409, **change)).json()
    (error,) = answer["errors"]
    assert (answer["code"], error["field"], error["code"]) == ("withheld", "purpose", "withheld")
    assert ewe in error["message"]
    assert error["fix"]
    pushed = {"mutation_id": str(new_id()), "collection": "groups", "id": drafted, "op": "upsert"}
    body = {"device_id": str(new_id()), "mutations": [pushed | {"doc": {"purpose": "kill"}}]}
    sync = (await farmer.ask("POST", f"/farms/{farmer.farm_id}/sync/push", 200, json=body)).json()
    assert [one["problem"]["code"] for one in sync["results"]] == ["withheld"]
    await taken(farmer, left(ewe, drafted, day))
    assert (await farmer.ask("PATCH", path, 200, **change)).json()["purpose"] == "Sale"


async def test_what_is_given_is_drawn_from_the_batch_and_never_silently_below_nothing(farmer: Farmer) -> None:
    group, product = await mob(farmer), await remedy(farmer)
    flock = await ewes(farmer, 3)
    await taken(farmer, *(assigned(ewe, group) for ewe in flock))
    lot = {"lot": "L1", "expires_on": "2024-03-10", "quantity": 65}
    batch = await farmer.make(f"/products/{product}/batches", **lot)
    dose = {"batch_id": batch["id"]}
    (event,) = await taken(farmer, treated(product, group_id=group, payload=dose))
    await taken(farmer, treated(product, animal_id=flock[0], payload=dose | {"doses": 3, "last_on": "2024-03-03"}))
    found = (await farmer.ask("GET", f"/product-batches/{batch['id']}", 200)).json()
    assert (found["used"], found["on_hand"], found["unit"]) == (60, 5, "ml")
    late = treated(product, "2024-03-11", animal_id=flock[1], payload=dose | {"route": "pour_on"})
    assert await warnings(farmer, late) == ["batch_expired", "other_route", "stock_short"]
    (listed,) = (await farmer.ask("GET", f"/products/{product}/batches", 200)).json()["items"]
    assert listed["on_hand"] == -5
    await taken(farmer, treated(product, group_id=group, payload=dose | {"used": 0.01, "unit": "l"}, supersedes=event))
    assert (await farmer.ask("GET", f"/product-batches/{batch['id']}", 200)).json()["on_hand"] == 15
    change = {"quantity": 50}
    path = f"/product-batches/{batch['id']}"
    found = (await farmer.ask("PATCH", path, 200, json=change, headers={"If-Match": '"1"'})).json()
    assert (found["on_hand"], found["rev"]) == (0, 2)
    await farmer.ask("POST", f"/products/{product}/batches", 409, json=lot)
    other = await remedy(farmer, "Other")
    assert await refused(farmer, treated(other, animal_id=flock[0], payload=dose)) == "not_found"
    assert await refused(farmer, treated(product, animal_id=flock[0], payload={"unit": "g"})) == "unit_not_convertible"
    assert await refused(farmer, treated(str(new_id()), animal_id=flock[0])) == "not_found"


async def test_the_board_says_who_is_clear_when(farmer: Farmer) -> None:
    one, two, three, four = await ewes(farmer, 4)
    group = await mob(farmer)
    long, short = await remedy(farmer, meat=100, esi=200), await remedy(farmer, "Short", 20, None)
    today = date.fromisoformat((await board(farmer))["on"])
    day = str(today - timedelta(10))
    await taken(
        farmer, assigned(one, group, day), treated(long, day, animal_id=one), treated(short, day, animal_id=two)
    )
    await taken(farmer, treated(long, day, animal_id=three), treated(short, str(today - timedelta(40)), animal_id=four))
    await taken(farmer, sold(three, day, override={"reason": "x"}))
    first = await board(farmer, limit=1)
    rest = await board(farmer, cursor=first["next"])
    assert first["items"][0]["animal_id"] == one
    assert {item["animal_id"] for item in rest["items"]} == {two, four}
    assert first["items"][0]["days_to_clear"] == 190
    assert first["items"][0]["meat"] == {"clear_on": str(today + timedelta(90)), "days": 90, "is_known": True}
    assert [item["days_to_clear"] for item in rest["items"]] == [None, None]
    meat = await board(farmer, market="meat")
    assert [(item["animal_id"], item["days_to_clear"]) for item in meat["items"]] == [(two, 10), (one, 90)]
    assert len((await board(farmer, market="milk"))["items"]) == 3
    assert [item["animal_id"] for item in (await board(farmer, group_id=group))["items"]] == [one]


async def board(farmer: Farmer, **query: Any) -> dict[str, Any]:
    """Of the farm."""
    found = await farmer.ask("GET", f"/farms/{farmer.farm_id}/withdrawals", 200, params=query)
    return found.json()  # type: ignore[no-any-return]


async def test_i29_what_the_one_got_the_other_got(farmer: Farmer) -> None:
    winner, loser = await ewes(farmer, 2)
    group, product = await mob(farmer), await remedy(farmer)
    await taken(farmer, assigned(loser, group), treated(product, group_id=group))
    await taken(farmer, treated(product, "2024-03-02", animal_id=loser))
    merge = (await farmer.make("/merges", loser_id=loser, winner_id=winner))["id"]
    assert len((await card(farmer, winner))["items"]) == 2
    assert (await card(farmer, loser))["animal_id"] == winner
    label = {"meat_whp": {"value": 15}}
    await farmer.ask("PATCH", f"/products/{product}", 200, json=label, headers={"If-Match": "*"})
    assert (await clear(farmer, winner))[0] == "2024-03-17"
    await farmer.ask("POST", f"/merges/{merge}/undo", 200)
    assert ((await clear(farmer, winner))[0], (await clear(farmer, loser))[0]) == (None, "2024-03-17")


async def test_products_are_found_by_what_they_are_called_nearly(farmer: Farmer) -> None:
    drench = await remedy(farmer, "Cydectin Oral", actives=["moxidectin"])
    await remedy(farmer, "Barbervax")
    for words in ("cydectin", "moxidectin", "moxidektin", "cydectn"):
        query = {"farm_id": farmer.farm_id, "q": words}
        found = (await farmer.ask("GET", "/products", 200, params=query)).json()["items"]
        assert [item["id"] for item in found] == [drench], words
    listed = {"farm_id": farmer.farm_id, "limit": 1}
    page = (await farmer.ask("GET", "/products", 200, params=listed)).json()
    assert (await farmer.ask("GET", "/products", 200, params=listed | {"cursor": page["next"]})).json()["next"] is None
    body = {"farm_id": farmer.farm_id, "name": "BARBERVAX", "unit": "ml", "meat_whp": {"value": 0}}
    await farmer.ask("POST", "/products", 409, json=body)


async def test_health_is_the_farms_alone(farmer: Farmer, new_farmer: NewFarmer) -> None:
    (ewe,), group, product = await ewes(farmer, 1), await mob(farmer), await remedy(farmer)
    batch = (await farmer.make(f"/products/{product}/batches", lot="L1", quantity=10))["id"]
    await taken(farmer, treated(product, animal_id=ewe, payload={"batch_id": batch}))
    other, viewer = await new_farmer(), await new_farmer(with_farm=False)
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(viewer.user_id), role="viewer")
    mine, body = f"/farms/{farmer.farm_id}", {"animal_ids": [ewe]}
    for path in (f"/products?farm_id={farmer.farm_id}", f"/products/{product}", f"/products/{product}/batches",
                 f"/product-batches/{batch}", f"{mine}/withdrawals", f"/animals/{ewe}/withdrawals",
                 f"{mine}/sale-check?group_id={group}", f"{mine}/withheld-sales"):  # fmt: skip
        await other.ask("GET", path, 404)
        await viewer.ask("GET", path, 200)
        assert (await farmer.client.get("http://farm/api/v1/farm" + path)).status_code == 401
    await other.ask("POST", f"{mine}/sale-check/query", 404, json=body)
    await viewer.ask("POST", f"{mine}/sale-check/query", 200, json=body)
    made = {"farm_id": farmer.farm_id, "name": "X", "unit": "ml", "meat_whp": {"value": 0}}
    for user, expect, absent in ((other, 422, 404), (viewer, 403, 403)):
        await user.ask("POST", "/products", expect, json=made)
        await user.ask("PATCH", f"/products/{product}", absent, json={"name": "X"}, headers={"If-Match": "*"})
        await user.ask("POST", f"/products/{product}/batches", absent, json={"lot": "X", "quantity": 1})
        await user.ask("PATCH", f"/product-batches/{batch}", absent, json={"lot": "X"}, headers={"If-Match": "*"})
    theirs = (await other.animal())["id"]
    assert await refused(other, treated(product, animal_id=theirs)) == "not_found"
    async with farmer.database.transaction(Context(user_id=other.user_id)) as session:
        for table in ("product", "product_batch", "course", "dosed"):
            assert (await session.execute(text(f"select count(*) from farm.{table}"))).scalar_one() == 0


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"dose": 0}, "too_small", "events.0.payload.dose"),
        ({"unit": "spoon"}, "not_one_of", "events.0.payload.unit"),
        ({"off_label": {"meat_days": -1}}, "too_small", "events.0.payload.off_label.meat_days"),
    ],
    ids=str,
)
async def test_what_is_wrong_with_a_treatment_is_said(farmer: Farmer, change: Any, code: str, field: str) -> None:
    (ewe,) = await ewes(farmer, 1)
    found = await send(farmer, treated(await remedy(farmer), animal_id=ewe, payload=change))
    (error,) = found["items"][0]["errors"]
    assert (error["code"], error["field"]) == (code, field)


async def test_i20_a_treated_mob_is_not_eaten_at_home_and_tags_do_not_clear_it(farmer: Farmer) -> None:
    group, product = await mob(farmer), await remedy(farmer)
    heads = {"heads": [{"stock_class": "ewe", "head": 5}]}

    def went(fate: str, day: str, **more: Any) -> dict[str, Any]:
        payload = heads | {"fate": fate} | more
        return {"kind": "stock.departed", "group_id": group, "occurred_on": day, "payload": payload}

    came = {"kind": "stock.arrived", "group_id": group, "occurred_on": "2024-01-01"}
    await taken(farmer, came | {"payload": {"heads": [{"stock_class": "ewe", "head": 50}], "reason": "purchase"}})
    await taken(farmer, treated(product, group_id=group))
    assert await refused(farmer, went("own_use", "2024-03-10")) == "withheld"
    assert await warnings(farmer, went("own_use", "2024-03-10", override={"reason": "for the dogs"})) == []
    assert await warnings(farmer, went("own_use", "2024-03-15")) == []
    assert await warnings(farmer, went("tagged", "2024-03-20")) == ["tagged_while_withheld"]
    assert await warnings(farmer, went("tagged", "2024-03-29")) == []
