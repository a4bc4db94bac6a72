"""Nodes of a pedigree."""

import orjson

from bellwether.farm.brapi.pedigree import repository
from bellwether.farm.brapi.pedigree.asked import PedigreeSearch
from bellwether.farm.brapi.pedigree.models import ClaimRow, NodeRow
from bellwether.farm.brapi.pedigree.schemas import Parent, ParentRole, PedigreeNode, Sibling
from bellwether.platform.brapi.filters import URN
from bellwether.platform.brapi.wire import Listed, as_texts, listed
from bellwether.platform.database.transactions import Session

ROLES: dict[str, ParentRole] = {"sire": "MALE", "dam": "FEMALE", "et_donor_dam": "FEMALE"}
#: a ram has hundreds of lambs, and each of them as many siblings
MOST_WITH_RELATIVES = 100


async def page(session: Session, wanted: PedigreeSearch) -> Listed[PedigreeNode]:
    """A page of what is wanted; of nodes that name offspring or siblings there are fewer on a page."""
    shown = repository.Shown(progeny=bool(wanted.include_progeny), siblings=bool(wanted.include_siblings))
    if any(shown.values()):
        wanted = wanted.model_copy(update={"page_size": min(wanted.page_size, MOST_WITH_RELATIVES)})
    rows, total = await repository.found(session, wanted, shown)
    return listed([node(row, wanted) for row in rows], total, wanted)


def node(row: NodeRow, wanted: PedigreeSearch) -> PedigreeNode:
    """A node; every claim, with its method, stands in additionalInfo, for the standard has no place for it."""
    found = parents(row.claims)
    named = {parent.parent_type: parent.germplasm_name for parent in reversed(found)}
    sires = sum(parent.parent_type == "MALE" for parent in found)
    is_clear = bool(found) and sires <= 1
    claims = [claim._asdict() for claim in row.claims]
    return PedigreeNode(
        germplasm_db_id=str(row.id),
        germplasm_name=row.name,
        germplasm_pui=f"{URN}{row.id}",
        default_display_name=row.name,
        crossing_year=row.drop_year,
        pedigree_string=f"{named.get('FEMALE', '')}/{named.get('MALE', '')}" if is_clear else None,
        parents=None if wanted.include_parents is False else found,
        progeny=[parent_of(*each) for each in row.progeny] if wanted.include_progeny else None,
        siblings=[Sibling(germplasm_db_id=each.id, germplasm_name=each.name) for each in row.siblings]
        if wanted.include_siblings
        else None,
        additional_info=as_texts({"parentClaims": orjson.dumps(claims).decode() if claims else None}),
    )


def parents(claims: list[ClaimRow]) -> list[Parent]:
    """The accepted genetic parents; in the place of one that nobody is accepted for, all who are proposed."""
    found = []
    for role in ("FEMALE", "MALE"):
        of_role = [claim for claim in claims if ROLES.get(claim.parent_type) == role]
        accepted = [claim for claim in of_role if claim.status == "accepted"]
        found += [parent_of(claim.parent_id, claim.name, claim.parent_type) for claim in accepted or of_role]
    return found


def parent_of(animal_id: str, name: str, parent_type: str) -> Parent:
    """A reference between parent and offspring."""
    return Parent(germplasm_db_id=animal_id, germplasm_name=name, parent_type=ROLES[parent_type])
