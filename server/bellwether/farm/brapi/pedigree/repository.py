"""The pedigree in the database: nodes with what is claimed of their parents."""

from typing import TypedDict

import asyncpg
import orjson

from bellwether.farm.brapi.germplasm.repository import ROWS, conditions
from bellwether.farm.brapi.pedigree.asked import PedigreeSearch
from bellwether.farm.brapi.pedigree.models import ClaimRow, NodeRow, RelativeRow
from bellwether.platform.brapi.paging import Relation, count, page
from bellwether.platform.database.transactions import Session

GENETIC = "c.farm_id = {part} and c.status = 'accepted' and c.parent_type in ('sire', 'dam', 'et_donor_dam')"
#: the parents that stand, one narrow row for each animal
PARENTS = (
    "farm.accepted_parents c on c.farm_id = {part} and c.animal_id = r.id "
    "cross join lateral (values (c.sire_id), (c.dam_id)) k (id)"
)
UP = f"select k.id, r.depth + 1 from up r join {PARENTS}"
DOWN = "select c.child_id, r.depth + 1 from down r join farm.parent_claim c on c.parent_id = r.id"
AROUND = f"""
{ROWS} and a.id in (
  with recursive root as (select r.id from ({{root}}) r),
    up (id, depth) as (select id, 0 from root union {UP} where r.depth < {{up}} and k.id is not null),
    down (id, depth) as (select id, 0 from root union {DOWN} where r.depth < {{down}} and {GENETIC})
  select id from up union select id from down)
"""
TREE = f"""
{ROWS} and a.id in (
  with recursive tree (id) as (
    select r.id from ({{root}}) r
    union
    select k.id from tree t cross join lateral (
      select k.id from (select t.id) r join {PARENTS} where k.id is not null
      union all
      select c.child_id from farm.parent_claim c where c.parent_id = t.id and {GENETIC}) k)
  select id from tree)
"""
OF_ANIMAL = GENETIC.format(part="a.farm_id")
OF_SIBLING = OF_ANIMAL.replace("c.", "s.")
CLAIMS = """
select json_agg(json_build_array(c.parent_id, coalesce(p.tag, p.id::text), c.parent_type, c.method, c.status,
                                 c.probability) order by c.id)
from farm.parent_claim c join farm.animal p on p.id = c.parent_id
where c.farm_id = a.farm_id and c.child_id = a.id and c.status in ('accepted', 'proposed')
"""
PROGENY = f"""
select json_agg(json_build_array(p.id, coalesce(p.tag, p.id::text), c.parent_type) order by p.id)
from farm.parent_claim c join farm.animal p on p.id = c.child_id where c.parent_id = a.id and {OF_ANIMAL}
"""
SIBLINGS = f"""
select json_agg(json_build_array(p.id, coalesce(p.tag, p.id::text)) order by p.id) from farm.animal p
where p.id <> a.id and p.id in (
  select s.child_id from farm.parent_claim c join farm.parent_claim s on s.parent_id = c.parent_id
  where c.child_id = a.id and {OF_ANIMAL} and {OF_SIBLING})
"""


class Shown(TypedDict):
    """Which relatives a node names."""

    progeny: bool
    siblings: bool


async def found(session: Session, wanted: PedigreeSearch, shown: Shown) -> tuple[list[NodeRow], int]:
    """A page of nodes, and how many there are."""
    asked = conditions(wanted)
    relation = Relation("farm.farm", nodes(ROWS + asked.sql, wanted), asked.values)
    counts = await count(session, relation)
    progeny, siblings = (PROGENY if shown["progeny"] else "null"), (SIBLINGS if shown["siblings"] else "null")
    select = (
        f"select a.id, coalesce(a.tag, a.id::text) as name, a.drop_year, ({CLAIMS})::text as claims, "
        f"({progeny})::text as progeny, ({siblings})::text as siblings"
    )
    rows = await page(session, relation, counts, wanted, select)
    return [node(row) for row in rows], sum(n for _, n in counts)


def nodes(root: str, wanted: PedigreeSearch) -> str:
    """SQL of the animals that fit with those around them."""
    if wanted.include_full_tree:
        return TREE.replace("{root}", root)
    up, down = wanted.pedigree_depth or 0, wanted.progeny_depth or 0
    if not up and not down:
        return root
    return AROUND.replace("{root}", root).replace("{up}", str(up)).replace("{down}", str(down))


def node(row: asyncpg.Record) -> NodeRow:
    """From JSON, in which arrays of rows come."""
    claims, progeny, siblings = (orjson.loads(row[name] or "[]") for name in ("claims", "progeny", "siblings"))
    return NodeRow(
        row["id"],
        row["name"],
        row["drop_year"],
        [ClaimRow(*each) for each in claims],
        [RelativeRow(*each) for each in progeny],
        [RelativeRow(*each) for each in siblings],
    )
