"""A day in the yards is entered once, and closed with what came of it."""

from datetime import date, timedelta
from typing import Any

from bellwether.farm.work.sessions.models import RecordRow
from bellwether.farm.work.sessions.summary import unusual
from bellwether.platform.ids import new_id
from bellwether.sheep.traits import TRAITS
from bellwether.sheep.traits.growth import predicted
from hypothesis import given
from hypothesis import strategies as st

from ..conftest import BASE, Farmer, NewFarmer
from ..test_event_log import taken
from ..test_mobs import assigned, left, mob

DAY = "2025-02-10"
TEMPLATE = {
    "name": "Weaning",
    "kind": "weigh",
    "traits": ["WWT"],
    "fields": [{"name": "Lot"}, {"name": "Wet", "kind": "truth"}],
}


async def weigh(farmer: Farmer, *weights: tuple[str, float, str]) -> None:
    """Animal, kg and day of each."""
    sent = [{"animal_id": a, "trait": "WWT", "weight": kg, "unit": "kg", "occurred_on": day} for a, kg, day in weights]
    await farmer.ask("POST", "/weights", 201, json={"farm_id": farmer.farm_id, "weights": sent})


async def test_a_day_follows_its_template_and_is_closed_with_a_summary(farmer: Farmer) -> None:
    path = f"/farms/{farmer.farm_id}"
    group = await mob(farmer, "Weaners")
    lambs = [(await farmer.animal(sex="female", birth_date="2024-10-01"))["id"] for _ in range(5)]
    await taken(
        farmer, *(assigned(lamb, group, "2025-01-01") for lamb in lambs[:4]), left(lambs[3], group, "2025-02-01")
    )
    template = await farmer.make(f"{path}/session-templates", **TEMPLATE)
    body = {"template_id": template["id"], "name": "Weaners", "held_on": DAY, "group_id": group, "operator": "Kim"}
    made = await farmer.make(f"{path}/sessions", **body, fields={"Lot": "A 12", "Wet": False})
    assert (made["kind"], made["traits"], made["fields"]) == ("weigh", ["WWT"], {"Lot": "A 12", "Wet": False})
    await weigh(farmer, (lambs[0], 20, "2025-01-10"), (lambs[0], 24, "2025-01-20"))
    await weigh(farmer, (lambs[0], 50, DAY), (lambs[1], 30, DAY), (lambs[4], 31, DAY))
    seen = {"kind": "note.added", "animal_id": lambs[1], "occurred_on": DAY, "payload": {"text": "limps"}}
    await taken(farmer, seen | {"session_id": made["id"]})
    one = f"{path}/sessions/{made['id']}"
    await farmer.ask("POST", f"{one}/close", 428)
    found = (await farmer.ask("POST", f"{one}/close", 200, headers={"If-Match": '"1"'})).json()
    assert (found["recorded"], found["expected"], found["strangers"]) == (2, 3, 1)
    assert [absent["animal_id"] for absent in found["missing"]] == [lambs[2]]
    assert found["means"] == {"WWT": 40.0}
    (odd,) = found["unusual"]
    assert (odd["animal_id"], round(odd["expected"], 1), odd["why"]) == (lambs[0], 32.4, "far_off_own_curve")
    assert found["events"] == {"note.added": 1}
    again = await farmer.ask("POST", f"{one}/close", 409, headers={"If-Match": '"2"'})
    assert again.json()["code"] == "session_closed"
    await weigh(farmer, (lambs[2], 29, DAY))
    assert (await farmer.ask("GET", f"{one}/summary", 200)).json()["missing"] == []
    await farmer.ask("DELETE", f"{path}/session-templates/{template['id']}", 204)
    assert (await farmer.ask("GET", one, 200)).json()["traits"] == ["WWT"]


async def test_what_does_not_fit_is_refused_by_name(farmer: Farmer) -> None:
    path = f"/farms/{farmer.farm_id}"
    template = await farmer.make(f"{path}/session-templates", **TEMPLATE)
    assert (await farmer.ask("POST", f"{path}/session-templates", 409, json=TEMPLATE)).json()[
        "code"
    ] == "template_exists"
    body: dict[str, Any] = {"template_id": template["id"], "name": "x", "held_on": DAY}
    for more, code in (
        ({"fields": {"Colour": "red"}}, "field_unfit"),
        ({"fields": {"Wet": "yes"}}, "field_unfit"),
        ({"fields": {"Lot": 7}}, "field_unfit"),
        ({"template_id": None}, "kind_missing"),
        ({"template_id": str(new_id())}, "reference_not_found"),
        ({"group_id": str(new_id())}, "reference_not_found"),
        ({"traits": ["XXX"]}, "trait_unknown"),
    ):
        assert (await farmer.ask("POST", f"{path}/sessions", 422, json=body | more)).json()["code"] == code, more
    made = await farmer.make(f"{path}/sessions", **body)
    taken_id = await farmer.ask("POST", f"{path}/sessions", 409, json=body | {"id": made["id"]})
    assert taken_id.json()["code"] == "session_exists"


async def test_sessions_are_listed_the_last_day_first(farmer: Farmer) -> None:
    path, days = f"/farms/{farmer.farm_id}/sessions", ["2025-01-01", "2025-03-01", "2025-02-01", "2025-02-01"]
    for day in days:
        await farmer.make(path, kind="yard", name=day, held_on=day)
    found, cursor = [], None
    while True:
        page = (await farmer.ask("GET", path, 200, params={"limit": 1} | ({"cursor": cursor} if cursor else {}))).json()
        found += [item["held_on"] for item in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert found == sorted(days, reverse=True)


async def test_the_matrix(farmer: Farmer, new_farmer: NewFarmer) -> None:
    other, viewer = await new_farmer(), await new_farmer(with_farm=False)
    student = await new_farmer(with_farm=False, roles=("student",))
    path = f"/farms/{farmer.farm_id}"
    await farmer.make(f"{path}/members", user_id=str(viewer.user_id), role="viewer")
    template = await farmer.make(f"{path}/session-templates", **TEMPLATE)
    made = await farmer.make(f"{path}/sessions", kind="yard", name="x", held_on=DAY)
    one = f"{path}/sessions/{made['id']}"
    for address in (f"{path}/session-templates", f"{path}/sessions", one, f"{one}/summary"):
        assert (await other.client.get(BASE + address)).status_code == 401
        for who, status in ((student, 403), (other, 404), (viewer, 200), (farmer, 200)):
            await who.ask("GET", address, status)
    writes: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", f"{path}/session-templates", {"json": TEMPLATE | {"name": "y"}}),
        ("POST", f"{path}/sessions", {"json": {"kind": "yard", "name": "x", "held_on": DAY}}),
        ("POST", f"{one}/close", {"headers": {"If-Match": '"1"'}}),
        ("DELETE", f"{path}/session-templates/{template['id']}", {}),
    ]
    for method, address, sent in writes:
        assert (await other.client.request(method, BASE + address, **sent)).status_code == 401
        for who, status in ((student, 403), (other, 404), (viewer, 403)):
            await who.ask(method, address, status, **sent)


@given(
    weights=st.lists(st.tuples(st.integers(0, 300), st.floats(5, 80)), max_size=6, unique_by=lambda pair: pair[0]),
    value=st.floats(12, 60),
)
def test_i23_a_weight_is_held_against_the_line_of_its_own_animal(
    weights: list[tuple[int, float]], value: float
) -> None:
    key, start = new_id(), date(2024, 1, 1)
    before = [RecordRow(key, "", "WWT", kg, start + timedelta(day)) for day, kg in sorted(weights)]
    day = start + timedelta(310)
    found = unusual(RecordRow(key, "", "WWT", value, day), before, TRAITS["WWT"])
    expected = None
    if before:
        last = before[-1]
        pair = [each for each in before if each.occurred_on <= last.occurred_on - timedelta(7)]
        if pair:
            slope = (last.value - pair[-1].value) / (last.occurred_on - pair[-1].occurred_on).days
            line = last.value + slope * (day - last.occurred_on).days
            expected = line if line > 0 else None
    assert predicted(before, day) == expected
    off = 0 if expected is None else abs(value - expected) / expected
    assert (found.why if found else None) == (
        "far_off_own_curve" if off > 0.25 else "off_own_curve" if off > 0.1 else None
    )
