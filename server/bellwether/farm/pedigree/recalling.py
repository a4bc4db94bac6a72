"""What a syndicate claims of animals as the archive of a farm tells it: what was settled is not settled again."""

from collections.abc import Sequence
from uuid import UUID

from asyncpg import UniqueViolationError

from bellwether.farm.access import may_write, one_writer
from bellwether.farm.animals import repository as animals
from bellwether.farm.animals.models import HeadRow
from bellwether.farm.pedigree import repository
from bellwether.farm.pedigree.models import SyndicateRow
from bellwether.farm.pedigree.problems import SyndicateRejected
from bellwether.farm.pedigree.schemas import ToldClaim
from bellwether.farm.pedigree.service import closes_loop, evidence, faults_of, tell, wrong
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.problems import NotFound, RowError

FIX = "correct it in the farm from which the archive is, and export it again"


async def recall(session: Session, context: Context, syndicate_id: UUID, told: Sequence[ToldClaim]) -> None:
    """Claims of one syndicate, those among them that stand too.

    Raises:
        NotFound, ReadOnlyMember, SyndicateRejected
    """
    found = await repository.get(session, syndicate_id)
    if found is None:
        raise NotFound
    await may_write(session, context, found.farm_id)
    await one_writer(session, found.farm_id)
    children = {one.child_id: await animals.head(session, one.child_id) for one in told}
    if errors := await faults(session, found, children, told):
        raise SyndicateRejected(errors)
    pairs = [(one.child_id, one.parent_id, one.probability) for one in told]
    ids = await repository.propose(session, found.farm_id, found.id, pairs, context.user_id)
    standing = [key for key, one in zip(ids, told, strict=True) if one.status == "accepted"]
    by_id = {claim.id: claim for claim in await repository.claims(session, list(children))}
    for place, (key, one) in enumerate(zip(ids, told, strict=True)):
        head = children[one.child_id]
        if key in standing and head is not None and await closes_loop(session, head, evidence(by_id[key])):
            error = wrong(place, "parent_id", "pedigree_loop", f"{head.name} would be its own ancestor", FIX)
            raise SyndicateRejected([error])
    try:
        async with session.begin_nested():
            await repository.accept(session, found.farm_id, standing, [])
    except UniqueViolationError as error:
        text = "an animal has another sire that stands"
        raise SyndicateRejected([wrong(0, "status", "second_parent", text, FIX)]) from error
    heads = {one.child_id: children[one.child_id] for one in told if one.status == "accepted"}
    await tell(session, context, [head for head in heads.values() if head is not None])


async def faults(
    session: Session, found: SyndicateRow, children: dict[UUID, HeadRow | None], told: Sequence[ToldClaim]
) -> list[RowError]:
    """What is wrong with each claim."""
    rams = await animals.kin(session, found.farm_id, found.sires)
    errors, seen = [], set[tuple[UUID, UUID]]()
    for place, one in enumerate(told):
        ram = rams.get(one.parent_id)
        if ram is None:
            errors.append(wrong(place, "parent_id", "no_ram", f"{one.parent_id} is no ram of {found.code}", FIX))
        elif (one.child_id, one.parent_id) in seen:
            errors.append(wrong(place, "parent_id", "twice", f"{ram.name} stands twice for one animal", FIX))
        else:
            errors += faults_of(place, one.child_id, children[one.child_id], [ram], found)
        seen.add((one.child_id, one.parent_id))
    return errors
