"""Lambs as animals: their parents, births, rearing and castration, written as what follows from the log."""

from collections.abc import Collection, Iterable
from itertools import groupby
from uuid import UUID

import asyncpg

from bellwether.farm.animals import repository as animals
from bellwether.farm.animals.events import animals_registered
from bellwether.farm.animals.models import HeadRow
from bellwether.farm.measurements import storing
from bellwether.farm.pedigree import service as pedigree
from bellwether.farm.season import repository, writing
from bellwether.farm.season.exposure import conception, exposures, has_lambed, lambs_at, reared_by, rearings, season_of
from bellwether.farm.season.models import FOSTERED, MARKED, WEANED, History, Litter, Member
from bellwether.farm.season.rules.at_foot import alive_with
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.ids import new_id
from bellwether.sheep import breeding
from bellwether.sheep.findings import Broken
from bellwether.sheep.pedigree import STRENGTH, Kin, Method, ParentType, check_births, slot

Claim = tuple[ParentType, UUID, Method, UUID]
"""Type, parent, method, and the event from which it follows."""


async def project(
    session: Session,
    context: Context,
    farm_id: UUID,
    ids: Iterable[UUID],
    *,
    born: Collection[UUID] = (),
    uncut: Collection[UUID] = (),
    unweaned: Collection[UUID] = (),
) -> None:
    """What follows for these animals, as far as they are lambs of the log.

    `born`: their lambing is new or was corrected; `uncut`, `unweaned`: a castration or a weaning of
    them was taken back.
    """
    asked = set(ids)
    if not asked:
        return
    found = await repository.load(session, farm_id, asked)
    dams = {litter.dam for key in asked if (litter := found.litter_of(key))}
    members = await repository.members(session, farm_id, dams)
    groups = {member.group for spans in members.values() for member in spans}
    history = await repository.load(session, farm_id, asked | dams, groups=groups)
    lambs = [key for key in sorted(asked) if is_lamb(history, key)]
    heads = await writing.heads(session, farm_id, {one for key in lambs for one in mates(history, key)} | set(lambs))
    lambs = [key for key in lambs if key in heads]
    rows = [own(history, heads, members, key, key in born, key in uncut, key in unweaned) for key in lambs]
    changed = {row["id"]: row["flock_id"] for row in await writing.settle(session, farm_id, rows)}
    claimed = await claim(session, context, farm_id, history, heads, members, lambs)
    changed |= {key: heads[key]["flock_id"] for key in claimed}
    if changed:
        await storing.recompute(session, farm_id, list(changed))
    for flock_id, group in groupby(sorted(changed, key=lambda key: (str(changed[key]), key)), key=changed.__getitem__):
        await animals_registered(session, context, farm_id, flock_id, list(group))


def is_lamb(history: History, key: UUID) -> bool:
    """Whether the log says anything of its birth and rearing."""
    return history.litter_of(key) is not None or bool(history.of_subject(key, MARKED, WEANED, FOSTERED))


def mates(history: History, key: UUID) -> set[UUID]:
    """Everybody whose death changes among how many it was reared."""
    found: set[UUID] = set()
    for fact in history.of_subject(key, WEANED):
        dam = reared_by(history, key, fact.on)
        found |= set() if dam is None else set(lambs_at(history, dam))
    return found


def own(
    history: History,
    heads: dict[UUID, asyncpg.Record],
    members: dict[UUID, list[Member]],
    key: UUID,
    is_new: bool,
    is_uncut: bool,
    is_unweaned: bool,
) -> tuple[object, ...]:
    """The columns of the animal itself, as `writing.OWN_COLUMNS`; None leaves one as it is."""
    head, litter = heads[key], history.litter_of(key)
    marked = history.of_subject(key, MARKED)
    fertility = head["fertility"]
    if any(fact.said.get("castrated") is True for fact in marked):
        fertility = "neutered"
    elif is_uncut and fertility == "neutered":
        fertility = "unknown"
    rear_type = reared(history, heads, key, litter, is_unweaned=is_unweaned)
    if litter is None:
        return key, None, fertility, None, None, None, rear_type, None, None
    birth_type = len(litter.lambs)
    origin = origin_of(history, members, litter)
    is_transfer = None if origin is None else origin.donor is not None
    if not is_new:
        return key, None, fertility, None, None, birth_type, rear_type, None, is_transfer
    lamb = next(one for one in litter.lambs if one.id == key)
    sex = None if lamb.sex == "unknown" else lamb.sex
    exposed = exposures(history, litter.dam, members.get(litter.dam, ()))
    drop = season_of(exposed, min(one.on for one in litter.lambs))
    group = litter.fact.said.get("birth_group")
    return key, sex, fertility, lamb.on, drop, birth_type, rear_type, group, is_transfer


def reared(
    history: History, heads: dict[UUID, asyncpg.Record], key: UUID, litter: Litter | None, *, is_unweaned: bool
) -> int | None:
    """I11: as recorded at weaning, or counted; 0 for a lamb that did not live to it; without weaning as a list said."""
    head, weaned = heads[key], history.of_subject(key, WEANED)
    before: int | None = head["rear_type"]
    if not weaned:
        if litter is None:
            return before
        return 0 if head["fate"] == "dead" else None if is_unweaned else before or None
    fact = weaned[-1]
    if (said := fact.said.get("rear_type")) is not None:
        return int(str(said))
    dam = reared_by(history, key, fact.on)
    if dam is None or not has_lambed(history, dam, fact.on):
        return 1 if dam is None and litter is not None else before

    def died_on(one: UUID) -> object:
        found = heads.get(one)
        return found["fate_on"] if found is not None and found["fate"] == "dead" else None

    return len(alive_with(history, dam, fact.on, lambs_at(history, dam), died_on))  # type: ignore[arg-type]


def origin_of(history: History, members: dict[UUID, list[Member]], litter: Litter) -> breeding.Conception | None:
    """Where a litter comes from, as far as it can be told."""
    return conception(exposures(history, litter.dam, members.get(litter.dam, ())), litter)


def wanted(
    history: History, members: dict[UUID, list[Member]], kin: dict[UUID, Kin], key: UUID, litter: Litter | None
) -> list[Claim] | None:
    """Its parents, as the log has them; None: they stay as they are."""
    found: list[Claim] = []
    if litter is not None:
        origin = origin_of(history, members, litter)
        if origin is None:
            return None
        event = litter.fact.id
        if origin.donor is None:
            found.append(("dam", litter.dam, "observed", event))
        else:
            found.append(("et_recipient_dam", litter.dam, "observed", event))
            found.append(("et_donor_dam", UUID(str(origin.donor)), "derived", event))
        lamb = next(one for one in litter.lambs if one.id == key)
        sires = [UUID(str(sire)) for sire in origin.sires]
        found += [("sire", sire, "derived", event) for sire in sires if is_older(kin.get(sire), lamb.on)]
    given = rearings(history, key)
    dam = reared_by(history, key)
    if given and dam is not None and (litter is None or dam != litter.dam):
        found.append(("rearing_dam", dam, "observed", history.of_subject(key, FOSTERED)[-1].id))
    return found


def is_older(sire: Kin | None, born: object) -> bool:
    """I1."""
    if sire is None:
        return False
    try:
        check_births(Kin("", "unknown", "unknown", born), sire, "sire", field="")  # type: ignore[arg-type]  # a day
    except Broken:
        return False
    return True


async def claim(
    session: Session,
    context: Context,
    farm_id: UUID,
    history: History,
    heads: dict[UUID, asyncpg.Record],
    members: dict[UUID, list[Member]],
    lambs: Collection[UUID],
) -> set[UUID]:
    """Claims that follow from the log are made, those that do not any more are withdrawn; whose parents changed."""
    sires = {one for key in lambs if (litter := history.litter_of(key)) for one in sires_of(history, members, litter)}
    known = await animals.kin(session, farm_id, sorted(sires))
    kin = {key: Kin(row.name, row.sex, row.fertility, row.birth_date) for key, row in known.items()}
    before: dict[UUID, list[asyncpg.Record]] = {key: [] for key in lambs}
    for row in await writing.claims(session, farm_id, lambs):
        before[row["child_id"]].append(row)
    gone: list[UUID] = []
    rows: list[tuple[object, ...]] = []
    for key in lambs:
        found = wanted(history, members, kin, key, history.litter_of(key))
        if found is not None:
            away, made = compared(before[key], found)
            gone += away
            rows += [
                (new_id(), key, parent, role, method, status, event) for (role, parent, method, event), status in made
            ]
    await writing.withdraw(session, farm_id, gone)
    await writing.claim(session, context, farm_id, rows)
    changed = {UUID(str(row[1])) for row in rows} | {
        row["child_id"] for one in before.values() for row in one if row["id"] in set(gone)
    }
    await pedigree.settle(session, context, {key: head_of(farm_id, heads[key]) for key in changed})
    return changed


def sires_of(history: History, members: dict[UUID, list[Member]], litter: Litter) -> list[UUID]:
    """Everybody who may be the sire."""
    origin = origin_of(history, members, litter)
    return [] if origin is None else [UUID(str(sire)) for sire in origin.sires]


def head_of(farm_id: UUID, row: asyncpg.Record) -> HeadRow:
    """As the pedigree asks for it."""
    return HeadRow(
        row["id"], farm_id, row["flock_id"], row["name"], row["sex"], row["fertility"], row["birth_date"], None, 0
    )


def compared(before: list[asyncpg.Record], found: list[Claim]) -> tuple[list[UUID], list[tuple[Claim, str]]]:
    """Claims to be withdrawn, and those to be made with their status; sires are one question, asked anew as a whole."""
    ours = [((row["parent_type"], row["parent_id"]), row) for row in before if row["is_ours"]]
    asked = {(role, parent) for role, parent, _, _ in found}
    # of two rams that were merged one is there twice
    sires = sorted(parent for (role, parent), _ in ours if role == "sire")
    others_sires = sires != sorted(parent for role, parent in asked if role == "sire")
    gone = [row for key, row in ours if key not in asked or (key[0] == "sire" and others_sires)]
    kept = {key for key, _ in ours} - {(row["parent_type"], row["parent_id"]) for row in gone}
    made: list[tuple[Claim, str]] = []
    for one in found:
        role, parent, method, _ = one
        if (role, parent) in kept:
            continue
        standing = [
            row
            for row in before
            if row["status"] == "accepted" and row not in gone and slot(row["parent_type"]) == slot(role)
        ]
        if role == "sire":
            made.append((one, "proposed"))
        elif all(STRENGTH[row["method"]] < STRENGTH[method] for row in standing):
            gone += standing
            made.append((one, "accepted"))
        elif not any((row["parent_type"], row["parent_id"]) == (role, parent) for row in standing):
            made.append((one, "proposed"))
    return [row["id"] for row in gone], made
