"""Random legal seasons, against the real database: joinings, scans, lambings, fosterings, markings, weanings, deaths,
departures, corrections and retractions, in any order. What is accepted keeps the stock identity (I26) and I8 to I12,
and what follows from the log is the same when all of it is computed once more."""

import asyncio
import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from bellwether.farm.access import one_writer
from bellwether.farm.season.projection import project
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import driver
from bellwether.platform.ids import new_id
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from .conftest import Farmer, NewFarmer, animals_of
from .season import ended, ewe, lambed, of, ram
from .season import joined as joined_to
from .test_event_log import BACK, DIED, SOLD, send
from .test_mobs import taken_back

STATE = """
select a.id, a.birth_type, a.rear_type, a.fertility, a.birth_date, a.drop_year, a.is_embryo_transfer, a.fate, a.fate_on,
  (select array_agg(c.parent_type || ' ' || c.parent_id || ' ' || c.status order by c.parent_type, c.parent_id)
   from farm.parent_claim c
   where c.farm_id = $1 and c.child_id = a.id and c.status in ('accepted', 'proposed')) as parents
from farm.animal a where a.farm_id = $1 order by a.id
"""
N_EWES, N_RAMS = 5, 2


class Season(RuleBasedStateMachine):
    """One farm; `told` are the events that it took and that count."""

    make: NewFarmer
    loop: asyncio.AbstractEventLoop

    def wait(self, coroutine: Any) -> Any:
        """From the thread of the machine into the loop of the service."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(300)

    @initialize()
    def begin(self) -> None:
        """Five ewes and two rams."""
        self.farmer: Farmer = self.wait(self.make())
        self.ewes = [self.wait(ewe(self.farmer)) for _ in range(N_EWES)]
        self.rams = [self.wait(ram(self.farmer)) for _ in range(N_RAMS)]
        self.told: dict[str, dict[str, Any]] = {}

    def tell(self, *events: dict[str, Any]) -> None:
        """Send; what is taken is remembered."""
        found = self.wait(send(self.farmer, *events))
        for event, item in zip(events, found["items"], strict=True):
            if item["verdict"] == "rejected":
                assert all(error["code"] and error["fix"] for error in item["errors"]), item
                continue
            if event["kind"] == "lambing.recorded":
                days = [date.fromisoformat(one["born_on"]) for one in event["payload"]["lambs"]]
                codes = {one["code"] for one in item["warnings"]}
                assert ("litter_apart" in codes) == (max(days) - min(days) > timedelta(2)), "I12"
            self.told.pop(event.get("supersedes", ""), None)
            if event["kind"] != "event.retracted":
                self.told[item["id"]] = event

    def of_kind(self, *kinds: str) -> list[tuple[str, dict[str, Any]]]:
        """What counts."""
        return [(key, event) for key, event in self.told.items() if event["kind"] in kinds]

    def lambs(self) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
        """Each lamb with its lambing."""
        lambings = self.of_kind("lambing.recorded")
        return {lamb["id"]: (lamb, event) for _, event in lambings for lamb in event["payload"]["lambs"]}

    @rule(data=st.data(), day=st.integers(0, 40), both=st.booleans())
    def join(self, data: st.DataObject, day: int, both: bool) -> None:
        """Rams go in."""
        ewes = data.draw(st.lists(st.sampled_from(self.ewes), min_size=1, unique=True))
        rams = self.rams if both else self.rams[:1]
        self.tell(joined_to(ewes, rams, on("2024-03-01", day)))

    @rule(data=st.data(), day=st.integers(0, 60))
    def take_rams_out(self, data: st.DataObject, day: int) -> None:
        """Or try to."""
        if joinings := self.of_kind("joining.started"):
            key, _ = data.draw(st.sampled_from(joinings))
            self.tell(ended(key, on("2024-03-10", day)))

    @rule(data=st.data(), day=st.integers(0, 30))
    def transfer(self, data: st.DataObject, day: int) -> None:
        """An embryo of one ewe to another."""
        donor, recipient = data.draw(st.permutations(self.ewes))[:2]
        said = {"donor_id": donor, "sire_id": self.rams[1]}
        self.tell(of(recipient, "embryo.transferred", on("2024-03-01", day), **said))

    @rule(data=st.data(), day=st.integers(0, 20), count=st.integers(0, 3))
    def scan(self, data: st.DataObject, day: int, count: int) -> None:
        """A count."""
        result = ("empty", "single", "multiple", "multiple")[count]
        said = {"scan_type": "long", "result": result, "count": count}
        self.tell(of(data.draw(st.sampled_from(self.ewes)), "pregscan.recorded", on("2024-06-01", day), **said))

    @rule(data=st.data(), day=st.integers(0, 30), alive=st.lists(st.booleans(), min_size=1, max_size=3))
    def lamb(self, data: st.DataObject, day: int, alive: list[bool]) -> None:
        """A litter; a correction of one that is there may keep its lambs."""
        key = data.draw(st.sampled_from(self.ewes))
        first = on("2024-07-20", day)
        sexes = st.sampled_from(["male", "female"])
        lambs = [
            {
                "id": str(new_id()),
                "born": "alive" if one else "dead",
                "born_on": on(first, n % 3),
                "sex": data.draw(sexes),
            }
            for n, one in enumerate(alive)
        ]
        more: dict[str, Any] = {}
        if (told := self.of_kind("lambing.recorded")) and data.draw(st.booleans()):
            more["supersedes"], before = data.draw(st.sampled_from(told))
            lambs = [*before["payload"]["lambs"], *lambs][: data.draw(st.integers(1, 3))]
            key, first = before["animal_id"], before["occurred_on"]
        said = data.draw(st.sampled_from([{}, {}, {"embryo_transfer": False}, {"embryo_transfer": True}]))
        self.tell(lambed(key, lambs, first, **said, **more))

    @precondition(lambda self: self.lambs())
    @rule(
        data=st.data(), day=st.integers(0, 100), kind=st.sampled_from(["foster", "hand", "mark", "cut", "wean", "die"])
    )
    def tend(self, data: st.DataObject, day: int, kind: str) -> None:
        """Something is done to a lamb."""
        key = data.draw(st.sampled_from(sorted(self.lambs())))
        dam = data.draw(st.sampled_from(self.ewes))
        rear = {"rear_type": day % 3 + 1} if day % 2 else {}
        events = {
            "foster": of(key, "lamb.fostered", on("2024-07-22", day), to_id=dam),
            "hand": of(key, "lamb.fostered", on("2024-07-22", day), to_id=None),
            "mark": of(key, "marking.recorded", on("2024-09-01", day % 10), docked=True),
            "cut": of(key, "marking.recorded", on("2024-09-01", day % 10), castrated=True),
            "wean": of(key, "weaning.recorded", on("2024-10-20", day % 20), weight=25, **rear),
            "die": DIED | {"animal_id": key, "occurred_on": on("2024-07-22", day)},
        }
        self.tell(events[kind])

    @rule(data=st.data(), day=st.integers(0, 200), kind=st.sampled_from([SOLD, DIED, BACK]))
    def come_and_go(self, data: st.DataObject, day: int, kind: dict[str, Any]) -> None:
        """Ewes, rams and lambs."""
        everybody = [*self.ewes, *self.rams, *sorted(self.lambs())]
        self.tell(kind | {"animal_id": data.draw(st.sampled_from(everybody)), "occurred_on": on("2024-05-01", day)})

    @precondition(lambda self: self.told)
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        """Something did not happen."""
        self.tell(taken_back(data.draw(st.sampled_from(sorted(self.told)))))

    def teardown(self) -> None:
        """All that must hold."""
        if hasattr(self, "farmer"):
            self.wait(self.check())

    async def check(self) -> None:
        """At the end of a season."""
        animals = {row["id"]: row for row in await animals_of(self.farmer)}
        self.check_stock(animals)
        self.check_litters(animals)
        before = await self.stored(anew=False)
        assert before == await self.stored(anew=True), self.told
        await self.check_rates()

    def check_stock(self, animals: dict[str, Any]) -> None:
        """I26: opening + births + arrivals - deaths - departures = closing."""
        lambs = self.lambs()
        assert animals.keys() == {*self.ewes, *self.rams, *lambs}, self.told
        n_dead = sum(lamb["born"] == "dead" for lamb, _ in lambs.values())
        deaths = n_dead + len(self.of_kind("animal.died"))
        opening = N_EWES + N_RAMS - self.not_yet_there()
        moved = len(self.of_kind("animal.arrived")) - len(self.of_kind("animal.departed"))
        closing = sum(row["fate"] == "alive" for row in animals.values())
        assert opening + len(lambs) + moved - deaths == closing, self.told

    def not_yet_there(self) -> int:
        """Animals whose first step is that they came."""
        steps: dict[str, list[tuple[str, int, str]]] = {}
        for place, (_, event) in enumerate(self.told.items()):
            if event["kind"] in ("animal.arrived", "animal.departed", "animal.died"):
                steps.setdefault(event["animal_id"], []).append((event["occurred_on"], place, event["kind"]))
        return sum(min(found)[2] == "animal.arrived" for found in steps.values())

    def check_litters(self, animals: dict[str, Any]) -> None:
        """I8, I10 and I11, counted from what was told."""
        lambs = self.lambs()
        for key, (_, event) in lambs.items():
            row, litter = animals[key], event["payload"]["lambs"]
            assert row["birth_type"] == len(litter), "I10"
            dams = {event["animal_id"]}
            if row["dam_id"] not in dams:
                donors = [
                    one["payload"]["donor_id"]
                    for _, one in self.of_kind("embryo.transferred")
                    if one["animal_id"] == event["animal_id"]
                ]
                assert row["dam_id"] in donors or row["dam_id"] is None, "I8"
            weaned = [one for _, one in self.of_kind("weaning.recorded") if one["animal_id"] == key]
            if not weaned:
                assert row["rear_type"] == (0 if row["fate"] == "dead" else None), "I11"
                continue
            day = weaned[0]["occurred_on"]
            dam = self.rearing(key, day)
            alive = [one for one in lambs if self.rearing(one, day) == dam and self.lives(one, day)]
            assert 0 < row["rear_type"] <= (len(alive) if dam else 12), "I11"

    def rearing(self, key: str, day: str) -> str | None:
        """I9: who has a lamb on a day."""
        given = [
            (one["occurred_on"], place, one["payload"]["to_id"])
            for place, (_, one) in enumerate(self.told.items())
            if one["kind"] == "lamb.fostered" and one["animal_id"] == key and one["occurred_on"] <= day
        ]
        found: str | None = max(given, key=lambda one: one[:2])[2] if given else self.lambs()[key][1]["animal_id"]
        return found

    def lives(self, key: str, day: str) -> bool:
        """Whether a lamb is alive on a day."""
        died = [one["occurred_on"] for _, one in self.of_kind("animal.died") if one["animal_id"] == key]
        return self.lambs()[key][0]["born"] == "alive" and not any(one < day for one in died)

    async def stored(self, *, anew: bool) -> Any:
        """What the tables say; `anew`: what they would say if all were computed once more."""
        farm = UUID(self.farmer.farm_id)
        context = Context(user_id=self.farmer.user_id)
        async with self.farmer.database.transaction(context) as session:
            if anew:
                lambs = {UUID(key) for key in self.lambs()}
                await one_writer(session, farm)
                await project(session, context, farm, lambs, born=lambs)
            return [tuple(row) for row in await driver(session).fetch(STATE, farm)]

    async def check_rates(self) -> None:
        """Counted once more, from what was told."""
        path = f"/farms/{self.farmer.farm_id}/seasons/2024/rates"
        counts = (await self.farmer.ask("GET", path, 200)).json()["counts"]
        lambs = self.lambs()
        joined = {key for _, one in self.of_kind("joining.started") for key in one["payload"]["ewe_ids"]}
        scans: dict[str, tuple[str, int]] = {}
        for _, one in self.of_kind("pregscan.recorded"):
            scans[one["animal_id"]] = max(
                scans.get(one["animal_id"], ("", 0)), (one["occurred_on"], one["payload"]["count"])
            )
        expected = {
            "ewes_joined": len(joined),
            "ewes_scanned": len(scans),
            "ewes_pregnant": sum(count > 0 for _, count in scans.values()),
            "foetuses": sum(count for _, count in scans.values()),
            "ewes_lambed": len({event["animal_id"] for _, event in lambs.values()}),
            "lambs_born": len(lambs),
            "lambs_born_alive": sum(lamb["born"] == "alive" for lamb, _ in lambs.values()),
            "lambs_marked": len({one["animal_id"] for _, one in self.of_kind("marking.recorded")}),
            "lambs_weaned": len({one["animal_id"] for _, one in self.of_kind("weaning.recorded")}),
        }
        assert {name: counts[name] for name in expected} == expected, self.told


def on(day: str, later: int) -> str:
    """So many days later."""
    return str(date.fromisoformat(day) + timedelta(later))


@pytest.mark.timeout(3600)
async def test_i8_to_i12_and_the_stock_identity_hold_in_random_seasons(
    new_farmer: NewFarmer, chance: random.Random, rounds: Callable[[int, int], int]
) -> None:
    loop = asyncio.get_running_loop()

    class Played(Season):
        """With the service of this test."""

        make = staticmethod(new_farmer)

    Played.loop = loop
    how = settings(
        max_examples=rounds(4, 100),
        stateful_step_count=25,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    factory = seed(chance.randrange(2**31))(lambda: Played())
    await asyncio.to_thread(run_state_machine_as_test, factory, settings=how)
