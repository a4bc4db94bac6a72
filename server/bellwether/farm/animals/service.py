"""Registering, changing and reading animals."""

from uuid import UUID

import orjson
from sqlalchemy.exc import IntegrityError

from bellwether.farm.access import ReferenceNotFound, may_write, one_writer
from bellwether.farm.animals import events, repository
from bellwether.farm.animals.models import HeadRow, KinRow, RelativeRow
from bellwether.farm.animals.problems import AnimalExists, AnimalRejected, DnaClaimStands, DuplicateIdentifier
from bellwether.farm.animals.schemas import (
    Animal,
    AnimalChange,
    AnimalQuery,
    Animals,
    NewAnimal,
    NewIdentifier,
    NewParent,
)
from bellwether.farm.measurements import repository as weights
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, id_after
from bellwether.platform.http.preconditions import Precondition
from bellwether.platform.ids import new_id
from bellwether.platform.problems import NotFound, Stale
from bellwether.sheep import identifiers, pedigree
from bellwether.sheep.findings import Broken, Finding
from bellwether.sheep.identifiers import Identifier
from bellwether.sheep.pedigree import GENETIC, Kin

DAMS = ("dam", "et_donor_dam")


async def create(session: Session, context: Context, body: NewAnimal) -> Animal:
    """Register an animal with its identifiers and parents.

    Raises:
        ReferenceNotFound, ReadOnlyMember, AnimalRejected, AnimalExists, DuplicateIdentifier
    """
    await may_write(session, context, body.farm_id, field="farm_id")
    if not await repository.has_flock(session, body.farm_id, body.flock_id):
        raise ReferenceNotFound("flock_id", body.flock_id)
    await one_writer(session, body.farm_id)
    animal_id = body.id or new_id()
    drop = body.drop_year or (body.birth_date.year if body.birth_date else None)
    known = read_identifiers(body, animal_id, drop)
    tag = identifiers.display_tag(known)
    await check_parents(session, Kin(tag or "the animal", body.sex, body.fertility, body.birth_date), body)
    plain = body.model_dump(exclude={"identifiers", "parents"})
    extra = {"id": animal_id, "tag": tag, "drop_year": drop, "recorded_by": context.user_id}
    try:
        await repository.add(session, plain | extra)
        await repository.tag(session, body.farm_id, animal_id, known)
        for parent in body.parents:
            await repository.claim(session, claim_values(context, body.farm_id, animal_id, parent))
    except IntegrityError as error:
        raise conflict(error) from error
    await events.animals_registered(session, context, body.farm_id, body.flock_id, [animal_id])
    return await get(session, animal_id)


def read_identifiers(body: NewAnimal, animal_id: UUID, drop: int | None) -> list[Identifier]:
    """The identifiers in normal form."""
    found, findings = [], []
    for place, new in enumerate(body.identifiers):
        try:
            found.append(read_identifier(new, body.flock_id, animal_id, drop))
        except Broken as error:
            broken = error.finding
            field = f"identifiers.{place}.value"
            findings.append(Finding(broken.verdict, broken.code, broken.message, broken.fix, field))
    if findings:
        raise AnimalRejected(findings)
    return found


def read_identifier(new: NewIdentifier, flock_id: UUID, animal_id: UUID, drop: int | None) -> Identifier:
    """One identifier; an unnamed scheme follows from kind and form."""
    if new.kind == "eid":
        return identifiers.electronic(new.value)
    if new.kind == "visual":
        return identifiers.visual(new.value, flock_id, drop)
    if new.kind == "name":
        return identifiers.named(new.value, str(animal_id))
    item = identifiers.registration(new.value, is_strict=new.scheme == identifiers.SHEEP_GENETICS)
    return item if new.scheme is None else Identifier(new.scheme, item.value, "registration", item.raw)


async def check_parents(session: Session, child: Kin, body: NewAnimal) -> None:
    """Every parent exists, fits its role, and is one of its kind."""
    if not body.parents:
        return
    kin = await repository.kin(session, body.farm_id, [parent.parent_id for parent in body.parents])
    findings, taken = [], set()
    for place, parent in enumerate(body.parents):
        field = f"parents.{place}.parent_id"
        if parent.parent_id not in kin:
            raise ReferenceNotFound(field, parent.parent_id)
        slot = "dam" if parent.parent_type in DAMS else parent.parent_type
        if parent.parent_type in GENETIC and slot in taken:
            findings.append(Finding("conflict", "second_parent", f"there is a {slot} already", "send one", field))
        taken.add(slot)
        try:
            pedigree.check_parent(child, as_kin(kin[parent.parent_id]), parent.parent_type, field=field)
        except Broken as error:
            findings.append(error.finding)
    if findings:
        raise AnimalRejected(findings)


def as_kin(row: KinRow | HeadRow | RelativeRow) -> Kin:
    """What the rules need, from a row of the repository."""
    return Kin(row.name, row.sex, row.fertility, row.birth_date)


def claim_values(context: Context, farm_id: UUID, child_id: UUID, parent: NewParent) -> dict[str, object]:
    """The columns of a claim."""
    return parent.model_dump() | {"farm_id": farm_id, "child_id": child_id, "recorded_by": context.user_id}


def conflict(error: IntegrityError) -> Exception:
    """Which constraint was broken, in the farm's words."""
    text = str(error.orig)
    return DuplicateIdentifier() if "identifier_" in text else AnimalExists()


async def set_parent(session: Session, context: Context, animal_id: UUID, parent: NewParent) -> Animal:
    """Claim a parent; an accepted claim of the same kind is superseded.

    Raises:
        NotFound, ReadOnlyMember, ReferenceNotFound, AnimalRejected, DnaClaimStands
    """
    child = await writable(session, context, animal_id)
    await one_writer(session, child.farm_id)
    kin = await repository.kin(session, child.farm_id, [parent.parent_id])
    if parent.parent_id not in kin:
        raise ReferenceNotFound("parent_id", parent.parent_id)
    try:
        if parent.parent_type in GENETIC:
            await check_loop(session, child, parent.parent_id)
        pedigree.check_parent(as_kin(child), as_kin(kin[parent.parent_id]), parent.parent_type, field="parent_id")
    except Broken as error:
        raise AnimalRejected([error.finding]) from error
    if parent.parent_type != "excluded_sire":
        types = DAMS if parent.parent_type in DAMS else (parent.parent_type,)
        before = await repository.supersede(session, child.farm_id, animal_id, types)
        if "dna" in before and parent.method != "dna":
            raise DnaClaimStands
    await repository.claim(session, claim_values(context, child.farm_id, animal_id, parent))
    await repository.bump(session, animal_id)
    await events.animals_registered(session, context, child.farm_id, child.flock_id, [animal_id])
    return await get(session, animal_id)


async def check_loop(session: Session, child: HeadRow, parent_id: UUID) -> None:
    """The parent must not descend from the child."""
    above: dict[UUID, set[UUID]] = {}
    names = {child.id: child.name}
    for edge in await repository.ancestry(session, child.farm_id, parent_id):
        above.setdefault(edge.child, set()).add(edge.parent)
        names[edge.parent] = edge.name
    path = pedigree.loop_path(above, child.id, parent_id)
    if path:
        raise pedigree.loop([child.name, *(names.get(step, str(step)) for step in path)], "parent_id")


async def change(
    session: Session, context: Context, animal_id: UUID, body: AnimalChange, if_match: Precondition
) -> Animal:
    """Change what is given; ages and contemporary groups of its weights follow.

    Raises:
        NotFound, ReadOnlyMember, MatchRequired, Stale, AnimalRejected
    """
    before = await writable(session, context, animal_id)
    if_match.check(before.rev)
    await one_writer(session, before.farm_id)
    values = body.model_dump()
    if body.birth_date and not body.drop_year:
        values["drop_year"] = body.birth_date.year
    after = Kin(
        before.name, body.sex or before.sex, body.fertility or before.fertility, body.birth_date or before.birth_date
    )
    await check_relatives(session, before.farm_id, animal_id, after)
    if not await repository.change(session, animal_id, before.rev, values):
        raise Stale
    await weights.recompute(session, before.farm_id, [animal_id])
    await events.animals_registered(session, context, before.farm_id, before.flock_id, [animal_id])
    return await get(session, animal_id)


async def check_relatives(session: Session, farm_id: UUID, animal_id: UUID, after: Kin) -> None:
    """The changed animal still fits between its parents and its offspring."""
    try:
        for row in await repository.parents(session, farm_id, animal_id):
            pedigree.check_parent(after, as_kin(row), row.parent_type, field="birth_date")
        for row in await repository.offspring(session, farm_id, animal_id):
            pedigree.check_parent(as_kin(row), after, row.parent_type, field="birth_date")
    except Broken as error:
        raise AnimalRejected([error.finding]) from error


async def writable(session: Session, context: Context, animal_id: UUID) -> HeadRow:
    """The animal, if the user may change it."""
    found = await repository.head(session, animal_id)
    if found is None:
        raise NotFound
    await may_write(session, context, found.farm_id)
    return found


async def get(session: Session, animal_id: UUID) -> Animal:
    """One animal.

    Raises:
        NotFound: none that the user can see.
    """
    found = await repository.by_ids(session, [animal_id])
    if not found:
        raise NotFound
    return Animal.model_validate(found[0])


async def page(session: Session, farm_id: UUID, flock_id: UUID | None, limit: int, cursor: str | None) -> bytes:
    """A page of animals as JSON.

    Raises:
        NotFound: the user does not see the farm.
    """
    after = id_after(cursor)
    found = await repository.listing(session, farm_id, flock_id, after, limit + 1)
    if not found and after is None and not await repository.is_member(session, farm_id):
        raise NotFound
    page = {"items": found[:limit], "next": ById.after(found, limit)}
    return orjson.dumps(page, default=str, option=orjson.OPT_UTC_Z)


async def query(session: Session, body: AnimalQuery) -> Animals:
    """Many animals by id."""
    return Animals.model_validate({"items": await repository.by_ids(session, body.ids)})
