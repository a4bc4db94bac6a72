"""Claims about parents: who is meant, whether they fit, and which evidence stands."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.access import ReferenceNotFound
from bellwether.farm.animals import naming, repository
from bellwether.farm.animals.models import ClaimRow, HeadRow, KinRow, NamedRow, RelativeRow
from bellwether.farm.animals.problems import DnaClaimStands, WeakerEvidence
from bellwether.farm.animals.schemas import NewParent
from bellwether.farm.schemas import Source
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.sheep import pedigree
from bellwether.sheep.findings import Faults, Finding, broken
from bellwether.sheep.pedigree import GENETIC, STRENGTH, Kin

DAMS = ("dam", "et_donor_dam")


class Claimed(NamedTuple):
    """A claim with the animal that it names."""

    claim: NewParent
    parent_id: UUID
    kin: Kin
    field: str


class Place(NamedTuple):
    """Where a child belongs: within which identifiers its parents are looked for."""

    farm_id: UUID
    flock_id: UUID


def as_kin(row: KinRow | HeadRow | RelativeRow) -> Kin:
    """What the rules need, from a row of the repository."""
    return Kin(row.name, row.sex, row.fertility, row.birth_date, row.drop_year)


async def find(
    session: Session, place: Place, child: Kin, sent: Sequence[NewParent], fields: Sequence[str], faults: Faults
) -> list[Claimed]:
    """The parents that are meant, those that fit; everything that is wrong goes to `faults`.

    Raises:
        ReferenceNotFound: there is no animal with a parent_id.
    """
    raws = [claim.identifier for claim in sent if claim.identifier is not None and claim.parent_id is None]
    named = await naming.named(session, place.farm_id, place.flock_id, raws)
    ids: list[UUID | None] = []
    for claim, field in zip(sent, fields, strict=True):
        ids.append(faults.take(partial(meant, claim, named, child, field)))
    kin = await repository.kin(session, place.farm_id, [found for found in ids if found is not None])
    claimed = []
    for claim, parent_id, field in zip(sent, ids, fields, strict=True):
        if parent_id is None:
            continue
        if parent_id not in kin:
            raise ReferenceNotFound(f"{field}parent_id", parent_id)
        parent = as_kin(kin[parent_id])
        name = f"{field}parent_id" if claim.identifier is None else f"{field}identifier"
        faults.take(partial(pedigree.check_parent, child, parent, claim.parent_type, field=name))
        claimed.append(Claimed(claim, kin[parent_id].id, parent, name))
    check_slots(claimed, faults)
    return claimed


def meant(claim: NewParent, named: dict[str, list[NamedRow]], child: Kin, field: str) -> UUID:
    """The id that was sent, or that of the animal which the identifier names.

    Raises:
        Broken: neither or both are sent; nobody or several have the identifier.
    """
    if (claim.parent_id is None) == (claim.identifier is None):
        fix = "send one of parent_id and identifier"
        raise broken("whose_parent", "a claim names its parent once", fix, field=f"{field}parent_id")
    if claim.parent_id is not None:
        return claim.parent_id
    raw = claim.identifier or ""
    return naming.one_parent(raw, named.get(raw, []), child, claim.parent_type, f"{field}identifier")


def check_slots(claimed: Sequence[Claimed], faults: Faults) -> None:
    """One sire and one dam, and they are two animals."""
    taken: dict[str, UUID] = {}
    for item in claimed:
        slot = pedigree.slot(item.claim.parent_type)
        if slot in taken and item.claim.parent_type in GENETIC:
            faults.add(Finding("conflict", "second_parent", f"there is a {slot} already", "send one", item.field))
        taken.setdefault(slot, item.parent_id)
    if "sire" in taken and taken["sire"] in (taken.get("dam"), taken.get("excluded_sire")):
        text = "the sire is the dam as well" if taken["sire"] == taken.get("dam") else "the sire is excluded as well"
        faults.add(Finding("conflict", "same_parents", text, "correct one of the claims", "parents"))


async def check_loop(session: Session, farm_id: UUID, child_id: UUID, name: str, item: Claimed) -> None:
    """The parent must not descend from the child.

    Raises:
        Broken
    """
    above: dict[UUID, set[UUID]] = {}
    names = {child_id: name}
    for edge in await repository.ancestry(session, farm_id, item.parent_id):
        above.setdefault(edge.child, set()).add(edge.parent)
        names[edge.parent] = edge.name
    path = pedigree.loop_path(above, child_id, item.parent_id)
    if path:
        raise pedigree.loop([name, *(names.get(step, str(step)) for step in path)], item.field)


def check_self(child_id: UUID, item: Claimed) -> None:
    """Nobody is its own recipient, foster mother or excluded sire.

    Raises:
        Broken
    """
    if item.parent_id == child_id:
        text = f"{item.kin.name} would be its own {pedigree.role_name(item.claim.parent_type)}"
        raise broken("own_parent", text, "name another animal", field=item.field, verdict="conflict")


def check_evidence(before: Sequence[ClaimRow], item: Claimed) -> bool:
    """Whether the claim says something new.

    Raises:
        DnaClaimStands, WeakerEvidence: the accepted parent stands on more, and nobody asked to replace it.
        Broken: the same animal is the sire and excluded as the sire.
    """
    claim = item.claim
    other = {"sire": "excluded_sire", "excluded_sire": "sire"}.get(claim.parent_type)
    if any(row.parent_type == other and row.parent_id == item.parent_id for row in before):
        text = f"{item.kin.name} would be the sire and excluded as the sire"
        raise broken("sire_excluded", text, "correct one of the claims", field=item.field, verdict="conflict")
    if claim.parent_type == "excluded_sire":
        return True
    for row in before:
        if pedigree.slot(row.parent_type) != pedigree.slot(claim.parent_type):
            continue
        is_weaker = STRENGTH[claim.method] < STRENGTH[row.method]
        if row.parent_id == item.parent_id and row.parent_type == claim.parent_type:
            return not is_weaker
        if is_weaker and not claim.replace:
            raise DnaClaimStands if row.method == "dna" else WeakerEvidence(row.name, row.method, claim.method)
    return True


def values(context: Context, farm_id: UUID, child_id: UUID, item: Claimed, source: Source) -> dict[str, object]:
    """The columns of a claim."""
    sent = item.claim.model_dump(include={"parent_type", "method", "probability"})
    about = {
        "farm_id": farm_id,
        "child_id": child_id,
        "parent_id": item.parent_id,
        "recorded_by": context.user_id,
        "source": source,
    }
    return sent | about
