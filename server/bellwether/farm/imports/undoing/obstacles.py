"""What was built on an import since: it must go first, or the import stays."""

from collections.abc import Mapping
from uuid import UUID

import asyncpg

from bellwether.platform.problems import RowError

SHOWN = 5
NAME = "coalesce(a.tag, a.id::text)"
CHANGED = """
select distinct {name} as name from farm.import_change c join farm.{relation} t on t.farm_id = $1 and t.id = c.id
join farm.animal a on a.farm_id = $1 and a.id = t.{animal}
where c.import_id = $2 and c.relation = '{relation}' and t.import_id is distinct from $2
  and not (to_jsonb(t) @> ({after}))
"""
ANIMAL_OF = {"animal": "id", "identifier": "animal_id", "parent_claim": "child_id", "observation": "animal_id"}
MADE = f"select distinct {NAME} as name from farm.animal a"
REMEMBERED = "exists (select 1 from farm.import_change x where x.import_id = $2 and x.relation = '{}' and x.id = {}.id)"
BUILT_UPON = {
    "animal_changed": (
        "made by this import and changed since",
        f"{MADE} where a.farm_id = $1 and a.import_id = $2 and a.last_import_id is distinct from $2",
    ),
    "offspring_recorded": (
        "a parent of animals that were recorded since",
        f"""{MADE} join farm.parent_claim c on c.farm_id = $1 and c.parent_id = a.id
        where a.farm_id = $1 and a.import_id = $2 and c.import_id is distinct from $2""",
    ),
    "parent_recorded": (
        "given a parent since",
        f"""{MADE} join farm.parent_claim c on c.farm_id = $1 and c.child_id = a.id
        where a.farm_id = $1 and a.import_id = $2 and c.import_id is distinct from $2""",
    ),
    "measured_since": (
        "measured since",
        f"""{MADE} join farm.observation o on o.farm_id = $1 and o.animal_id = a.id
        where a.farm_id = $1 and a.import_id = $2 and o.import_id is distinct from $2""",
    ),
    "event_since": (
        "the animal of an event since",
        f"""{MADE} where a.farm_id = $1 and a.import_id = $2 and exists
          (select from farm.event e where e.farm_id = $1 and e.animal_id = a.id and e.import_id is distinct from $2
           union all select from farm.event_other o where o.farm_id = $1 and o.animal_id = a.id)""",
    ),
    "attached_since": (
        "with a photo or paper since",
        f"""{MADE} join farm.attachment_link l on l.farm_id = $1 and l.animal_id = a.id
        where a.farm_id = $1 and a.import_id = $2""",
    ),
    "tagged_since": (
        "given a tag since",
        f"""{MADE} join farm.identifier i on i.farm_id = $1 and i.animal_id = a.id
        where a.farm_id = $1 and a.import_id = $2 and i.import_id is distinct from $2""",
    ),
    "measurement_corrected": (
        "measured again since on a day of this import",
        f"""{MADE} join farm.observation o on o.farm_id = $1 and o.animal_id = a.id
        where a.farm_id = $1 and o.import_id = $2 and o.state = 'superseded'
          and o.seq >= (select first_seq from farm.import_batch where id = $2) and exists
          (select 1 from farm.observation x where x.farm_id = $1 and x.animal_id = o.animal_id and x.supersedes = o.id
             and x.import_id is distinct from $2)""",
    ),
    "parent_corrected": (
        "given another parent since",
        f"""{MADE} join farm.parent_claim c on c.farm_id = $1 and c.child_id = a.id
        where a.farm_id = $1 and c.import_id = $2 and c.status not in ('accepted', 'proposed')
          and not {REMEMBERED.format("parent_claim", "c")}""",
    ),
    "tag_changed": (
        "with another tag since",
        f"""{MADE} join farm.identifier i on i.farm_id = $1 and i.animal_id = a.id
        where a.farm_id = $1 and i.import_id = $2 and i.state <> 'active'
          and not {REMEMBERED.format("identifier", "i")}""",
    ),
}
# of a measurement it does not matter what is computed anew
COMPUTED = "c.after - 'age_days' - 'contemporary_group'"
CHANGED_SINCE = {
    f"{relation}_changed_since": (
        "changed since",
        CHANGED.format(
            name=NAME, relation=relation, animal=column, after=COMPUTED if relation == "observation" else "c.after"
        ),
    )
    for relation, column in ANIMAL_OF.items()
}
# of an animal that was merged it matters where it went
OF_A_MERGE = {
    "animal": "case when c.after ? 'merged_into' then jsonb_build_object('merged_into', c.after -> 'merged_into') "
    "else '{}' end",
    "observation": COMPUTED,
}
CHANGED_SINCE_MERGE = {
    f"{relation}_changed_since": (
        "changed since",
        CHANGED.format(name=NAME, relation=relation, animal=column, after=OF_A_MERGE.get(relation, "c.after")),
    )
    for relation, column in ANIMAL_OF.items()
} | {
    "measurement_corrected": (
        "measured again since on a day of which a measurement was moved",
        f"""select distinct {NAME} as name from farm.import_change c
        join farm.observation t on t.farm_id = $1 and t.id = c.id
        join farm.animal a on a.farm_id = $1 and a.id = t.animal_id
        where c.import_id = $2 and c.relation = 'observation' and t.state = 'superseded' and exists
          (select 1 from farm.observation o where o.farm_id = $1 and o.animal_id = t.animal_id and o.supersedes = t.id
             and not {REMEMBERED.format("observation", "o")})""",
    ),
}
FIX = (
    "undo the later import, or take the later entry back, first; two taken in at once go together, by ?with=; "
    "or leave this import and correct it by another one"
)


async def find(connection: asyncpg.Connection, farm_id: UUID, import_id: UUID) -> list[RowError]:
    """One finding for each kind of obstacle, with the animals that it is about."""
    return await asked(connection, BUILT_UPON | CHANGED_SINCE, farm_id, import_id)


async def of_merge(connection: asyncpg.Connection, farm_id: UUID, merge_id: UUID) -> list[RowError]:
    """What a merge moved and is not as it left it."""
    return await asked(connection, CHANGED_SINCE_MERGE, farm_id, merge_id)


async def asked(
    connection: asyncpg.Connection, questions: Mapping[str, tuple[str, str]], farm_id: UUID, import_id: UUID
) -> list[RowError]:
    """One finding for each question that finds animals."""
    found = []
    for code, (what, sql) in questions.items():
        counted = f"select name, count(*) over () as n from ({sql}) found order by name limit {SHOWN}"
        rows = await connection.fetch(counted, farm_id, import_id)
        if rows:
            found.append(obstacle(code, what, [row["name"] for row in rows], rows[0]["n"]))
    return found


def obstacle(code: str, what: str, names: list[str], count: int) -> RowError:
    """`2 animals are measured since: 240001, 240002`."""
    shown = ", ".join(names) + (", ..." if count > len(names) else "")
    are = f"{count} animals are" if count > 1 else "1 animal is"
    return RowError(field=None, code=code, message=f"{are} {what}: {shown}", fix=FIX)
