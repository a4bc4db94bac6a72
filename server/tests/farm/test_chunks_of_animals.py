"""A long list of animals is taken in chunks: what one chunk knows the next one need not read, and nobody can tell."""

import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from bellwether.farm.imports.running import chunks, committing, file_rows
from bellwether.farm.imports.taking import animals

from .conftest import Farmer, NewFarmer, animals_of
from .identity.test_corrections import changed
from .test_chunks_of_weights import without_ids
from .test_import_life import DAY

HEAD = "ID,EID,Tag,Name,Sire,Dam,Sex,DOB,WWT,WWTDATE\n"
CITED = ("", "", "", "Old Tom", "K3")


def number(n: int) -> str:
    """A registration of the farm's flock or of another one."""
    return f"16123420{18 + n % 3}18{n:04d}"


def line(chance: random.Random) -> str:
    """An animal of a few, named in one way or another, with parents that stand before it, after it, or nowhere."""
    n = chance.randrange(9)
    names = [number(n), f"98200012345{n:04d}", f"{n:03d}", chance.choice(("Old Tom", "Bess", ""))]
    known = [name if chance.random() < 0.6 else "" for name in names]
    if not any(known[:3]):
        known[0] = names[0]
    cited = [number(chance.randrange(9)), f"98200012345{chance.randrange(9):04d}", *CITED]
    born = chance.choice(("", f"20{18 + n % 3}-08-0{chance.randint(1, 2)}"))
    weight = chance.choice((",", "31,2019-11-11"))
    sex = chance.choice(("M" if n % 2 else "F", ""))
    return ",".join([*known, chance.choice(cited), chance.choice(cited), sex, born, weight])


def listed(chance: random.Random) -> bytes:
    """A dozen rows."""
    return (HEAD + "\n".join(line(chance) for _ in range(chance.randint(6, 14))) + f"\n{chance.random()}\n").encode()


async def outcome(farmer: Farmer, files: list[bytes]) -> tuple[list[Any], list[Any]]:
    """What was said of every row, and the farm afterwards, without the ids that each farm has for itself."""
    said: list[Any] = []
    for content in files:
        previewed = await farmer.take_in(content, "flock", commit="false")
        done = await farmer.take_in(content, "flock")
        assert (previewed["verdicts"], previewed["faults"]) == (done["verdicts"], done["faults"])
        said += [without_ids(row) for row in (await farmer.rows(done["import_id"])).values()]
    found = await animals_of(farmer)
    names = {animal["id"]: str(sorted(item["value"] for item in animal["identifiers"])) for animal in found}
    herd = [(names[a["id"]], a["sex"], a["birth_date"], a["reference_only"], *parents(a, names)) for a in found]
    return said, sorted(herd, key=str)


def parents(animal: dict[str, Any], names: dict[str, str]) -> list[str]:
    """Sire and dam by their names."""
    return [names.get(animal.get(f"{role}_id") or "", "") for role in ("sire", "dam")]


SIRE_AND_DAM = [
    f"{number(2)},,,,{number(4)},,F,2020-08-01,,",
    f"{number(5)},,,,,{number(4)},F,2020-08-01,,",
    f"{number(4)},,004,,,,M,2019-08-01,,",
]
"""What the later row calls itself besides the number by which others cite it stands there before it is reached."""
OTHER_PARENTS = [
    f"{number(1)},,,Bess,,{number(0)},F,2019-08-01,,",
    f"{number(3)},,003,,,,F,,,",
    f",,001,Bess,,{number(3)},,,,",
    f"{number(0)},,,,,,F,2018-08-01,,",
]


async def test_the_borders_of_chunks_change_nothing(
    new_farmer: NewFarmer,
    chance: random.Random,
    rounds: Callable[[int, int], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In one chunk, and in small ones that know of each other."""
    told = [(HEAD + "\n".join(rows) + "\n").encode() for rows in (SIRE_AND_DAM, OTHER_PARENTS)]
    for files in [told, *([listed(chance), listed(chance)] for _ in range(rounds(2, 200)))]:
        found = []
        for first, most, block in ((500, 500, 500), (3, 4, 2)):
            monkeypatch.setattr(file_rows, "FIRST_CHUNK", first)
            monkeypatch.setattr(file_rows, "CHUNK", most)
            monkeypatch.setattr(animals, "BLOCK", block)
            found.append(await outcome(await new_farmer(), files))
        for one, other in zip(found[0][0], found[1][0], strict=True):
            assert one == other, files
        assert found[0][1] == found[1][1], files


async def test_another_writer_between_two_chunks_of_animals(farmer: Farmer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The number that a chunk has looked for in vain is somebody's by the time of the next one."""
    monkeypatch.setattr(file_rows, "FIRST_CHUNK", 1)
    lambs = f"{number(1)},,,,,{number(0)},F,2019-08-01,,\n{number(3)},,,,,{number(0)},F,2018-12-01,,\n"
    content = (HEAD + lambs).encode()
    sent = await farmer.upload(content, "flock")
    import_id, context = UUID(sent["import_id"]), farmer.job(sent["import_id"]).context
    rows = await chunks.open_file(farmer.database, context, import_id, DAY)
    await committing.begin(farmer.database, context, import_id)
    parts = [part async for part in rows.chunks()]
    await committing.apply(farmer.database, context, import_id, parts[0], rows)
    ghost = next(a for a in await animals_of(farmer) if a["reference_only"])
    assert await changed(farmer, ghost["id"], 200, birth_date="2018-07-01") == []
    await committing.apply(farmer.database, context, import_id, parts[1], rows)
    verdicts = [row["code"] for row in (await farmer.rows(sent["import_id"])).values()]
    assert verdicts == ["parent_not_listed", "dam_too_young"]
