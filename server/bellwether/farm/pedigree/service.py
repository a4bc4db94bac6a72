"""Syndicates, what they claim, and which claim stands."""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import groupby
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from bellwether.farm.access import may_write, one_writer, role_of
from bellwether.farm.animals import claims as parent_rules
from bellwether.farm.animals import repository as animals
from bellwether.farm.animals import service as herd
from bellwether.farm.animals.claims import Claimed
from bellwether.farm.animals.events import animals_registered
from bellwether.farm.animals.models import HeadRow, KinRow
from bellwether.farm.animals.schemas import Animal, AnimalQuery, NewParent
from bellwether.farm.pedigree import repository
from bellwether.farm.pedigree.models import ClaimRow, SyndicateRow
from bellwether.farm.pedigree.problems import SyndicateExists, SyndicateRejected
from bellwether.farm.pedigree.schemas import (
    Ancestor,
    Ancestors,
    Claim,
    Claims,
    NewSyndicate,
    SireShare,
    Syndicate,
    SyndicateClaim,
)
from bellwether.farm.schemas import Source
from bellwether.farm.work.tasks import projection as tasks
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, id_after
from bellwether.platform.http.schemas import Page
from bellwether.platform.ids import new_id
from bellwether.platform.problems import NotFound, RowError
from bellwether.sheep import pedigree
from bellwether.sheep.evidence import Evidence, standing
from bellwether.sheep.findings import Faults


async def create(session: Session, context: Context, body: NewSyndicate) -> Syndicate:
    """Rams that ran together: one to ten, all known, none a ewe or a wether (I25).

    Raises:
        ReferenceNotFound, ReadOnlyMember, SyndicateRejected, SyndicateExists
    """
    await may_write(session, context, body.farm_id, field="farm_id")
    await one_writer(session, body.farm_id)
    known = await repository.sires(session, body.farm_id, [sire.sire_id for sire in body.sires])
    errors = []
    seen: set[UUID] = set()
    for place, sire in enumerate(body.sires):
        ram, field = known.get(sire.sire_id), f"sires.{place}.sire_id"
        if ram is None:
            errors.append(
                wrong(place, field, "not_found", f"there is no animal {sire.sire_id}", "send the id of a ram")
            )
        elif ram.sex != "male" or ram.fertility == "neutered":
            what = "a wether" if ram.sex == "male" else f"of the sex {ram.sex}"
            errors.append(wrong(place, field, "no_ram", f"{ram.name} is {what}", "name rams alone, or correct the sex"))
        elif ram.id in seen:
            errors.append(wrong(place, field, "twice", f"{ram.name} stands twice", "name each ram once"))
        else:
            seen.add(ram.id)
    if errors:
        raise SyndicateRejected(errors)
    ids = [known[sire.sire_id].id for sire in body.sires]
    shares = [sire.share for sire in body.sires]
    found = SyndicateRow(body.id or new_id(), body.farm_id, body.code, body.year, ids, shares)
    try:
        await repository.add(session, found, context.user_id)
    except IntegrityError as error:
        raise SyndicateExists from error
    return shown(found)


def wrong(row: int, field: str, code: str, message: str, fix: str) -> RowError:
    """What is wrong with one ram or one animal."""
    return RowError(row=row, field=field, code=code, message=message, fix=fix)


async def claim(session: Session, context: Context, syndicate_id: UUID, body: SyndicateClaim) -> Claims:
    """One of the rams is the sire of each of these animals: a derived claim for each ram, and what stands then.

    Raises:
        NotFound, ReadOnlyMember, SyndicateRejected
    """
    found = await repository.get(session, syndicate_id)
    if found is None:
        raise NotFound
    await may_write(session, context, found.farm_id)
    await one_writer(session, found.farm_id)
    children = {key: head for key in body.child_ids if (head := await animals.head(session, key))}
    rams = await animals.kin(session, found.farm_id, found.sires)
    errors = [
        error
        for place, key in enumerate(body.child_ids)
        for error in faults_of(place, key, children.get(key), list(rams.values()), found)
    ]
    if errors:
        raise SyndicateRejected(errors)
    ids = list(dict.fromkeys(head.id for head in children.values()))
    await repository.withdraw(session, found.farm_id, ids)
    likely = [(rams[key].id, share) for key, share in zip(found.sires, found.shares, strict=True)]
    pairs = [(child, *sire) for child in ids for sire in likely]
    await repository.propose(session, found.farm_id, found.id, pairs, context.user_id)
    await settle(session, context, {head.id: head for head in children.values()})
    return await query(session, AnimalQuery(ids=ids))


def faults_of(
    place: int, key: UUID, child: HeadRow | None, rams: Sequence[KinRow], found: SyndicateRow
) -> list[RowError]:
    """What is wrong with one animal as the offspring of the rams."""
    field = f"child_ids.{place}"
    if child is None or child.farm_id != found.farm_id:
        return [wrong(place, field, "not_found", f"there is no animal {key}", "send the id of an animal")]
    faults = Faults()
    kin = parent_rules.as_kin(child)
    for ram in rams:
        faults.take(partial(pedigree.check_parent, kin, parent_rules.as_kin(ram), "sire", field=field))
    errors = [wrong(place, field, f.code, f.message, f.fix) for f in faults.findings]
    if any(ram.id == child.id for ram in rams):
        errors.append(wrong(place, field, "own_parent", f"{child.name} is one of the rams", "leave it out"))
    if child.drop_year is not None and child.drop_year != found.year + 1:
        text = f"{child.name} is of the drop {child.drop_year}, the rams of {found.code} ran in {found.year}"
        errors.append(wrong(place, field, "syndicate_year", text, "name the syndicate of the year before the drop"))
    return errors


async def resolve(session: Session, context: Context, body: AnimalQuery) -> Claims:
    """Which sire stands of all that is claimed of these animals, once more: a ram was excluded, say.

    Raises:
        NotFound, ReadOnlyMember
    """
    heads: dict[UUID, HeadRow] = {}
    for key in body.ids:
        head = await animals.head(session, key)
        if head is None:
            raise NotFound
        heads[head.id] = head
    for farm_id in sorted({head.farm_id for head in heads.values()}):
        await may_write(session, context, farm_id)
        await one_writer(session, farm_id)
    await settle(session, context, heads)
    return await query(session, AnimalQuery(ids=list(heads)))


async def set_parent(
    session: Session,
    context: Context,
    animal_id: UUID,
    parent: NewParent,
    *,
    claim_id: UUID | None = None,
    source: Source = "api",
) -> Animal:
    """Claim a parent; which of the proposed sires stands is asked anew when one is excluded (I7).

    Raises:
        NotFound, ReadOnlyMember, ReferenceNotFound, AnimalRejected, DnaClaimStands, WeakerEvidence
    """
    made = await herd.set_parent(session, context, animal_id, parent, claim_id=claim_id, source=source)
    if parent.parent_type != "excluded_sire":
        return made
    head = await animals.head(session, made.id)
    assert head is not None
    await settle(session, context, {head.id: head})
    return await herd.get(session, made.id)


async def settle(session: Session, context: Context, heads: Mapping[UUID, HeadRow]) -> None:
    """Accept what stands and supersede what it takes the place of; nothing that would close a loop is accepted (I4)."""
    rows = [row for row in await repository.claims(session, list(heads)) if row.status in ("proposed", "accepted")]
    changed = []
    for child_id, group in groupby(rows, key=lambda row: row.child_id):
        mine, head = list(group), heads[child_id]
        sires = [evidence(row) for row in mine if row.parent_type == "sire"]
        excluded = {row.parent_id for row in mine if row.parent_type == "excluded_sire"}
        found = standing(sires, excluded)
        if found is None or found.is_accepted or await closes_loop(session, head, found):
            continue
        before = [one.id for one in sires if one.is_accepted]
        await repository.accept(session, head.farm_id, [UUID(str(found.id))], [UUID(str(key)) for key in before])
        changed.append(head)
    await tell(session, context, changed)


async def tell(session: Session, context: Context, changed: Sequence[HeadRow]) -> None:
    """Whoever listens hears of animals whose parents changed."""
    for (farm_id, flock_id), heads_of in groupby(sorted(changed, key=place_of), key=place_of):
        ids = [head.id for head in heads_of]
        await repository.bump(session, farm_id, ids)
        await tasks.follow_animals(session, farm_id, ids)
        await animals_registered(session, context, farm_id, flock_id, ids)


def place_of(head: HeadRow) -> tuple[UUID, UUID]:
    """Where facts about the animal go."""
    return head.farm_id, head.flock_id


def evidence(row: ClaimRow) -> Evidence:
    """A claim as the rule reads it; a ram of a syndicate without a share is as likely as the others without one."""
    probability = row.probability
    if probability is None:
        probability = 1.0 if row.syndicate_id is None else 0.0
    return Evidence(row.id, row.parent_id, row.method, probability, row.status == "accepted")


async def closes_loop(session: Session, head: HeadRow, found: Evidence) -> bool:
    """Whether the sire descends from the animal."""
    parent_id = UUID(str(found.parent_id))
    item = Claimed(NewParent(parent_id=parent_id, parent_type="sire"), parent_id, parent_rules.as_kin(head), "")
    faults = Faults()
    await herd.check_loops(session, head.farm_id, head.id, head.name, [item], faults)
    return bool(faults.findings)


async def query(session: Session, body: AnimalQuery) -> Claims:
    """Every claim about the parents of these animals."""
    return Claims(items=[Claim.model_validate(row) for row in await repository.claims(session, body.ids)])


def shown(row: SyndicateRow) -> Syndicate:
    """As a user sees it."""
    sires: Sequence[SireShare] = [
        SireShare(sire_id=sire, share=share) for sire, share in zip(row.sires, row.shares, strict=True)
    ]
    return Syndicate(id=row.id, farm_id=row.farm_id, code=row.code, year=row.year, sires=list(sires))


async def page(session: Session, context: Context, farm_id: UUID, limit: int, cursor: str | None) -> Page[Syndicate]:
    """Syndicates of a farm.

    Raises:
        NotFound: the user does not see the farm.
    """
    if await role_of(session, context, farm_id) is None:
        raise NotFound
    rows = await repository.listing(session, farm_id, id_after(cursor), limit + 1)
    return Page(items=[shown(row) for row in rows[:limit]], next=ById.after(rows, limit))


async def ancestors(session: Session, animal_id: UUID, generations: int) -> Ancestors:
    """The genetic ancestors of an animal by the parents that stand.

    Raises:
        NotFound: no animal that the user can see.
    """
    head = await animals.head(session, animal_id)
    if head is None:
        raise NotFound
    found = await repository.ancestors(session, head.farm_id, head.id, generations)
    return Ancestors(items=[Ancestor.model_validate(row) for row in found])
