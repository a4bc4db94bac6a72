"""Two devices edit one animal at random without having seen each other: rule by rule, what counts and what is kept."""

import random
from collections.abc import Callable
from typing import Any

from bellwether.platform.ids import new_id

from ..conftest import Farmer
from .conftest import Device, new_animal, statuses, upsert

FIELDS: dict[str, Callable[[random.Random], Any]] = {
    "birth_type": lambda chance: chance.randint(1, 3),
    "rear_type": lambda chance: chance.randint(1, 3),
    "birth_group": lambda chance: chance.choice("abc"),
    "fertility": lambda chance: chance.choice(["fertile", "infertile"]),
}


async def test_random_edits(
    device: Device, other: Device, farmer: Farmer, rounds: Callable[[int, int], int], chance: random.Random
) -> None:
    """Edits of different fields both survive; of two of one field the later clock counts and both are kept; sending
    again changes nothing."""
    for _ in range(rounds(5, 300)):
        row = new_animal(farmer)
        assert statuses(await device.push(row)) == ["applied"]
        await device.pull()
        base = device.row("animals", row["id"])["rev"]
        said: dict[str, list[tuple[str, str, Any]]] = {}
        sent = []
        for one in chance.sample([device, other], 2):
            at = f"{1767225600000 + chance.randint(0, 5):013d}-0000"
            doc = {name: FIELDS[name](chance) for name in chance.sample(list(FIELDS), chance.randint(1, len(FIELDS)))}
            for name, value in doc.items():
                said.setdefault(name, []).append((at, one.id, value))
            sent.append((one, upsert("animals", row["id"], doc, base_rev=base, clock=at, mutation_id=str(new_id()))))
        answers = [await one.push(mutation) for one, mutation in sent]
        for (one, mutation), answer in zip(sent, answers, strict=True):
            assert await one.push(mutation) == answer
        await device.pull()
        found = device.row("animals", row["id"])
        assert {name: found[name] for name in said} == {name: max(values)[2] for name, values in said.items()}
        clashes = {name for name, values in said.items() if len({value for *_, value in values}) > 1}
        listed = {one["field"]: one for one in device.of("conflicts").values() if one["row_id"] == row["id"]}
        assert listed.keys() == clashes
        for name, conflict in listed.items():
            assert {conflict["kept"], conflict["other"]} == {value for *_, value in said[name]}
