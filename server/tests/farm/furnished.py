"""Farms that have something of everything: what was corrected, and all that belongs to a herd."""

from bellwether.platform.context import Context
from bellwether.platform.ids import new_id
from sqlalchemy import text

from .conftest import Farmer
from .test_attachments import link, photo, put, sha256
from .test_event_log import SOLD, taken
from .test_lambplan import FILE
from .test_merges import merge
from .test_mobs import assigned, mob, moved, taken_back
from .test_paddocks import draw, square
from .test_stock import stock
from .test_syndicates import rams, sired, syndicate
from .test_treatments import remedy, treated


async def lived(farmer: Farmer) -> dict[str, str]:
    """A farm on which much was corrected."""
    tags = [{"kind": "eid", "value": "982000123456700"}, {"kind": "visual", "value": "17"}]
    ram = (await farmer.animal(sex="male", birth_date="2020-08-01", identifiers=tags))["id"]
    ewe = await farmer.animal(sex="female", birth_date="2020-08-01", breeds={"denominator": 64, "parts": {"MER": 32}})
    dam = ewe["id"]
    claims = [{"parent_id": ram, "parent_type": "sire", "method": "dna", "probability": 0.99}]
    lamb = (await farmer.animal(sex="male", birth_date="2023-08-01", parents=claims))["id"]
    double = (await farmer.animal(sex="female", birth_date="2020-08-01"))["id"]
    uses = (await farmer.ask("GET", "/identifiers", 200, params={"farm_id": farmer.farm_id})).json()["items"]
    (worn,) = [use for use in uses if use["kind"] == "visual"]
    await farmer.ask("POST", f"/identifiers/{worn['id']}/end", 200, json={"on": "2024-05-01"})
    await farmer.make("/identifiers", animal_id=ram, kind="visual", value="18", on="2024-05-01", colour="red")
    paddock = (await draw(farmer, "Creek", valid_from="2024-01-01"))["id"]
    again = {"geometry": square(2), "valid_from": "2024-06-01"}
    await farmer.ask("POST", f"/paddocks/{paddock}/versions", 201, json=again)
    await more_of(farmer, dam)
    group, product = await mob(farmer), await remedy(farmer)
    await farmer.make(f"/products/{product}/batches", lot="L1", quantity=100, expires_on="2026-01-01")
    joined = {"kind": "joining.started", "group_id": group, "occurred_on": "2024-03-01", "payload": {"sire_ids": [ram]}}
    await taken(farmer, assigned(dam, group), moved(group, paddock, "2024-02-10"), joined)
    await taken(farmer, treated(product, "2024-03-05", group_id=group), stock("arrived", group, "2024-02-05", 40))
    litter = [{"id": str(new_id()), "sex": sex, "identifiers": []} for sex in ("female", "male")]
    lambing = {"kind": "lambing.recorded", "animal_id": dam, "occurred_on": "2024-07-28"}
    (born,) = await taken(farmer, lambing | {"payload": {"lambs": litter[:1]}})
    (both,) = await taken(farmer, lambing | {"payload": {"lambs": litter}, "supersedes": born})
    marked = {"kind": "marking.recorded", "animal_id": litter[1]["id"], "occurred_on": "2024-09-01"}
    await taken(farmer, marked | {"payload": {"castrated": True}})
    (sale,) = await taken(farmer, SOLD | {"animal_id": lamb, "occurred_on": "2024-10-01"})
    await taken(farmer, taken_back(sale))
    weights = [{"animal_id": key, "trait": "WWT", "weight": 66.1, "unit": "lb", "occurred_on": "2024-11-01"}
               for key in (litter[0]["id"],)]  # fmt: skip
    await farmer.make("/weights", farm_id=farmer.farm_id, weights=weights)
    await merge(farmer, dam, double)
    return {"dam": dam, "double": double, "ram": ram, "lambing": both}


async def more_of(farmer: Farmer, dam: str) -> None:
    """Own traits and classes, a consignment, ancestors and values of an own trait."""
    path = f"/farms/{farmer.farm_id}"
    number = {"code": "XJAW", "name": "Jaw", "kind": "number", "unit": "mm", "hard": {"low": 1, "high": 90}}
    word = {"code": "XCOAT", "name": "Coat", "kind": "category", "words": ["white", "spotted"]}
    truth = {"code": "XHORN", "name": "Horned", "kind": "yes_no", "valid_from": "2020-01-01"}
    for trait in (number, word, truth):
        await farmer.make(f"{path}/traits", **trait)
    classes = [{"code": "ewe", "name": "Ewes", "sex": "female"}, {"code": "rest", "name": "All others"}]
    await farmer.ask("PUT", f"{path}/stock-classes", 200, json={"items": classes})
    papers = {"number": "NVD 1", "kind": "arrival", "moved_on": "2024-02-05", "note": "from the sale"}
    await farmer.make("/consignments", farm_id=farmer.farm_id, **papers)
    number_of = [{"kind": "registration", "value": "4012342018000007"}]
    sire = (await farmer.animal(sex="male", birth_date="2018-08-01", reference_only=True, identifiers=number_of))["id"]
    await farmer.ask("POST", f"/animals/{dam}/parents", 201, json={"parent_id": sire, "parent_type": "sire"})
    values = [
        {"animal_id": dam, "trait": "XJAW", "value": 41.25, "occurred_on": "2024-01-01", "occurred_time": "07:30"},
        {"animal_id": dam, "trait": "XCOAT", "word": "spotted", "occurred_on": "2024-01-01"},
        {"animal_id": dam, "trait": "BCS", "value": 3.5, "occurred_on": "2024-01-01", "group": "1"},
    ]
    await farmer.make("/measurements", farm_id=farmer.farm_id, measurements=values)


async def furnished(farmer: Farmer) -> dict[str, str]:
    """A farm with all that belongs to a herd."""
    ids = await lived(farmer)
    path, (one, two) = f"/farms/{farmer.farm_id}", await rams(farmer, 2)
    lambs = [(await farmer.animal(sex="female", birth_date="2024-08-03"))["id"] for _ in range(3)]
    alike = await syndicate(farmer, [one, two], code="ALIKE")
    await sired(farmer, alike, *lambs[:2])
    await sired(farmer, await syndicate(farmer, [two, one], code="LIKELY", shares=[0.3, 0.7]), lambs[2])
    known = {"parent_id": two, "parent_type": "sire", "method": "dna", "probability": 0.98}
    await farmer.ask("POST", f"/animals/{lambs[0]}/parents", 201, json=known)
    double = (await farmer.animal(sex="male", birth_date="2020-08-01"))["id"]
    await sired(farmer, await syndicate(farmer, [double], code="DOUBLE"), lambs[1])
    await merge(farmer, one, double)
    await farmer.take_in(b"ID,SEX,DOB\n1612342024240001,1,2024-08-03\n1612342024240002,2,2024-08-03\n", "sg")
    await farmer.take_in(FILE, "lambplan")
    await worked(farmer)
    await in_the_yards(farmer, ids)
    papers = (await farmer.ask("GET", "/consignments", 200, params={"farm_id": farmer.farm_id})).json()["items"]
    money = {"price": 4.2, "per": "kg", "weight_kg": 5600, "costs": 120.5}
    await farmer.ask("PUT", f"/consignments/{papers[0]['id']}/money", 200, json=money)
    worths = [{"stock_class": "ewe", "since": "2024-07-01", "amount": 180.25}]
    await farmer.ask("PUT", f"{path}/stock-values", 200, json={"items": worths})
    async with farmer.database.transaction(Context(user_id=farmer.user_id)) as session:
        batch = (await session.execute(text("select id from farm.product_batch limit 1"))).scalar_one()
    await farmer.ask("PUT", f"/product-batches/{batch}/cost", 200, json={"amount": 480})
    await put(farmer, photo())
    await put(farmer, photo(2_500_000))
    for whose in ({"animal_id": ids["dam"]}, {"animal_id": one}, {"event_id": ids["lambing"]}):
        await link(farmer, sha256=sha256(photo()), **whose)
    await link(farmer, sha256=sha256(b"to come"), animal_id=ids["dam"])
    return ids | {"lamb": lambs[2]}


async def worked(farmer: Farmer) -> None:
    """Rules of its own; tasks that follow and others, about which something was said."""
    path = f"/farms/{farmer.farm_id}"
    own = {"name": "dip", "kind": "marking.recorded", "title": "Dip the lambs", "days": 30}
    await farmer.ask("PUT", f"{path}/task-rules", 200, json={"rules": [{"name": "scan", "days": 90}, own]})
    await farmer.make(f"{path}/tasks", title="Order ear tags", due_on="2026-07-01", note="the red ones")
    await farmer.make(f"{path}/tasks", title="Mend the gate", due_on="2026-07-02", assigned_to=str(farmer.user_id))
    for task in (await farmer.ask("GET", f"{path}/tasks", 200, params={"state": "all"})).json()["items"]:
        said = {"Mend the gate": {"done": True}, "Dip the lambs": {"note": "twice", "snoozed_until": "2026-08-01"}}
        for title, change in said.items():
            if task["title"].startswith(title):
                headers = {"if-match": f'"{task["rev"]}"'}
                await farmer.ask("PATCH", f"{path}/tasks/{task['id']}", 200, json=change, headers=headers)


async def in_the_yards(farmer: Farmer, ids: dict[str, str]) -> None:
    """A template, a day that is over, one that followed a template that is gone, and what was recorded on them."""
    path = f"/farms/{farmer.farm_id}"
    said = {
        "kind": "weigh",
        "traits": ["AWT", "XJAW"],
        "fields": [{"name": "Drench lot"}, {"name": "Wet", "kind": "truth"}],
    }
    kept = await farmer.make(f"{path}/session-templates", name="Weighing", **said)
    gone = await farmer.make(f"{path}/session-templates", name="Old", kind="yard")
    own = {"operator": "Ann", "devices": ["XR5000"], "fields": {"Drench lot": "L1", "Wet": True}}
    day = await farmer.make(f"{path}/sessions", name="Ewes", held_on="2024-02-01", template_id=kept["id"], **own)
    open_day = await farmer.make(f"{path}/sessions", name="Yards", held_on="2024-02-02", template_id=gone["id"])
    await farmer.ask("DELETE", f"{path}/session-templates/{gone['id']}", 204)
    weight = {"animal_id": ids["dam"], "trait": "AWT", "weight": 61.5, "occurred_on": "2024-02-01"}
    await farmer.make("/weights", farm_id=farmer.farm_id, weights=[weight], session_id=day["id"])
    scored = {"kind": "condition.scored", "animal_id": ids["dam"], "occurred_on": "2024-02-02"}
    await taken(farmer, scored | {"session_id": open_day["id"], "payload": {"score": 3, "scale": "1-5"}})
    await farmer.ask("POST", f"{path}/sessions/{day['id']}/close", 200, headers={"if-match": "*"})
    ratings = {"farm_id": farmer.farm_id, "ratings": {"ewe": 1.5}}
    await farmer.ask("PUT", "/dse-ratings", 200, json=ratings)
