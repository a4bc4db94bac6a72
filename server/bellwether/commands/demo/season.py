"""A breeding season over the public interface, from joining to sale; every id is fixed, so twice is once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from bellwether.commands.demo.client import Client, Refused

FARM, YEAR = "Demo season", 2025
EWES, RAMS = tuple(f"E{n}" for n in range(1, 13)), ("R1", "R2")
SCANNED = (2, 1, 2, 1, 3, 1, 2, 0, 1, 2, 1, 1)
"""Foetuses of each ewe; the eighth is dry, the last loses hers."""
LITTERS = {ewe: count for ewe, count in zip(EWES[:11], SCANNED, strict=False) if count}
BORN_DEAD = {"E5c", "E9a"}
FOSTERED = {"E1b": "E9", "E5b": "E2"}
DIED, FOR_SALE = "E3b", ("E1a", "E7a")
DRENCH = "Demo drench"
Event = dict[str, Any]


@dataclass
class DemoSeason:
    """One farm with twelve ewes and two rams."""

    client: Client
    farm: dict[str, Any] = field(default_factory=dict)

    def play(self) -> list[Event]:
        """Everything in its order; the refused sales with their reasons."""
        self.prepare()
        self.send(self.joined(), self.scanned(), self.lambed(), self.reared(), self.weaned(), [self.treated()])
        return self.send(self.sold())

    def id(self, name: str) -> str:
        """The id of something of this farm."""
        return str(uuid5(UUID(self.farm["id"]), name))

    def prepare(self) -> None:
        """Farm, flock, mob, ewes, rams and a remedy, made on the first run."""
        path = "/api/v1/farm"
        farms = (farm for farm in self.client.items(f"{path}/farms") if farm["name"] == FARM)
        place = {"name": FARM, "country": "AU", "time_zone": "Australia/Melbourne"}
        key = {"Idempotency-Key": "demo-season"}
        self.farm = next(farms, {}) or self.client.post(f"{path}/farms", place, headers=key)
        about = {"farm_id": self.farm["id"]}
        self.make("flocks", about | {"id": self.id("flock"), "name": "Ewes", "code": "DEMO"})
        self.make("groups", about | {"id": self.id("mob"), "name": "Joined ewes", "type": "physical"})
        remedy = {"name": DRENCH, "unit": "ml", "meat_whp": {"value": 14}, "esi": {"value": 28}, "route": "oral"}
        self.make("products", about | {"id": self.id("drench"), **remedy})
        for name in (*EWES, *RAMS):
            tag = [{"kind": "visual", "value": name}]
            sheep = {"sex": "female" if name in EWES else "male", "birth_date": "2022-08-01", "identifiers": tag}
            self.make("animals", about | {"id": self.id(name), "flock_id": self.id("flock"), **sheep})

    def make(self, what: str, body: dict[str, Any]) -> None:
        """Unless it is there."""
        try:
            self.client.post(f"/api/v1/farm/{what}", body, headers={"Idempotency-Key": f"demo-{body['id']}"})
        except Refused as refused:
            if refused.status != 409:
                raise

    def send(self, *stages: Sequence[Event]) -> list[Event]:
        """Stage by stage; verdicts of what was refused."""
        refused = []
        for events in stages:
            body = {"farm_id": self.farm["id"], "events": events}
            refused += [item for item in self.client.post("/api/v1/farm/events", body)["items"] if item["errors"]]
        return refused

    def event(self, kind: str, on: str, about: str | None = None, **payload: Any) -> Event:
        """An event under an id of its own."""
        subject = {} if about is None else {"animal_id": self.id(about)}
        name = f"{kind} {about or ''}"
        return {"id": self.id(name), "kind": kind, "occurred_on": f"{YEAR}-{on}", "payload": payload, **subject}

    def joined(self) -> list[Event]:
        """Two rams with a mob for five weeks."""
        mob = {"group_id": self.id("mob")}
        into = [self.event("group.assigned", "02-20", ewe) | mob for ewe in EWES]
        rams = [self.id(ram) for ram in RAMS]
        started = self.event("joining.started", "03-01", method="natural", sire_ids=rams) | mob
        return [*into, started, self.event("joining.ended", "04-05", joining_id=started["id"])]

    def scanned(self) -> list[Event]:
        """Foetuses counted."""
        names = ("empty", "single", "multiple", "multiple")
        return [
            self.event("pregscan.recorded", "06-01", ewe, scan_type="long", result=names[count], count=count)
            for ewe, count in zip(EWES, SCANNED, strict=True)
        ]

    def lambed(self) -> list[Event]:
        """The lambs are called by their dams: E1a, E1b."""
        return [
            self.event("lambing.recorded", f"08-{place:02}", ewe, ease="unassisted", lambs=self.litter(ewe, count))
            for place, (ewe, count) in enumerate(LITTERS.items(), 1)
        ]

    def litter(self, ewe: str, count: int) -> list[dict[str, Any]]:
        """Lambs of one ewe."""
        names = [f"{ewe}{letter}" for letter in "abc"[:count]]
        return [
            {
                "id": self.id(name),
                "sex": "male" if place % 2 else "female",
                "born": "dead" if name in BORN_DEAD else "alive",
                "weight": 5.5 - 0.6 * count,
                "identifiers": [{"kind": "visual", "value": name}],
            }
            for place, name in enumerate(names)
        ]

    def alive(self) -> list[str]:
        """Lambs that lived to be weaned."""
        names = [lamb for ewe, count in LITTERS.items() for lamb in (f"{ewe}{letter}" for letter in "abc"[:count])]
        return [name for name in names if name not in BORN_DEAD and name != DIED]

    def reared(self) -> list[Event]:
        """Two lambs go to other ewes, one dies, the others are marked."""
        given = [self.event("lamb.fostered", "08-13", lamb, to_id=self.id(ewe)) for lamb, ewe in FOSTERED.items()]
        died = self.event("animal.died", "08-20", DIED, cause="exposure")
        return [*given, died, *(self.event("marking.recorded", "09-10", lamb, docked=True) for lamb in self.alive())]

    def weaned(self) -> list[Event]:
        """At about a hundred days, with their weights."""
        return [
            self.event("weaning.recorded", "11-15", lamb, weight=26 + place * 0.75)
            for place, lamb in enumerate(self.alive())
        ]

    def treated(self) -> Event:
        """One of the two is drenched before the sale."""
        payload = {"product_id": self.id("drench"), "dose": 10, "unit": "ml"}
        return self.event("treatment.given", "11-20", FOR_SALE[0], **payload)

    def sold(self) -> list[Event]:
        """One of the two was drenched eight days ago and is withheld (I20)."""
        return [self.event("animal.departed", "11-28", lamb, fate="sold", to_location="Saleyard") for lamb in FOR_SALE]

    def rates(self) -> list[dict[str, Any]]:
        """Of the season."""
        found: list[dict[str, Any]] = self.client.get(f"/api/v1/farm/farms/{self.farm['id']}/seasons/{YEAR}/rates")[
            "rates"
        ]
        return found
