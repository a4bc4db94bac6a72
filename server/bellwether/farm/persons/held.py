"""What the farm service holds on a person, and farms that they may not leave without an owner."""

from collections.abc import Sequence

from sqlalchemy import text

from bellwether.farm.invitations.schemas import normal_address
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.persons import Held, Obstacle

#: what a person has recorded, by the table that says so
RECORDED = ("animal", "observation", "event", "import_batch", "attachment")
AUTHORS = {"import_batch": "created_by", "attachment": "created_by"}
COUNTS = " union all ".join(
    f"select '{table}' as kind, count(*) as n from farm.{table} where {AUTHORS.get(table, 'recorded_by')} = {{me}}"
    for table in RECORDED
)
#: others belong to the farm, and none of them owns it
SOLE = text("""
select f.name from farm.farm f
where exists (select from farm.farm_member m where m.farm_id = f.id and m.role = 'owner' and m.left_at is null
              and m.user_id = nullif(current_setting('app.user_id', true), '')::uuid)
  and exists (select from farm.farm_member m where m.farm_id = f.id and m.left_at is null
              and m.user_id <> nullif(current_setting('app.user_id', true), '')::uuid)
  and not exists (select from farm.farm_member m where m.farm_id = f.id and m.role = 'owner' and m.left_at is null
                  and m.user_id <> nullif(current_setting('app.user_id', true), '')::uuid)
order by f.name
""")


async def sole_owner(session: Session) -> Sequence[Obstacle]:
    """Farms that the person alone owns and others work on."""
    fix = "Make another member an owner of it, or take the others' access away; then erase your account."
    return [
        Obstacle("sole_owner", f"You alone own {name}, and others belong to it.", fix)
        for (name,) in await session.execute(SOLE)
    ]


FORGET_ADDRESS = text("select farm.forget_address(:address)")


async def forget_address(session: Session, address: str) -> None:
    """Withdraw what was sent to the address of somebody who is being erased, and keep no word of it."""
    await session.execute(FORGET_ADDRESS, {"address": normal_address(address)})


HELD = Held(
    {
        "memberships": """
            select f.id as farm_id, f.name, m.role, m.granted_at, m.ends_at, m.left_at
            from farm.farm_member m join farm.farm f on f.id = m.farm_id
            where m.user_id = {me} order by m.granted_at""",
        "consents": """
            select id, farm_id, project_id, scope, granted_at, withdrawn_at from farm.consent
            where granted_by = {me} order by granted_at""",
        "devices": """
            select farm_id, id, name, reported_at, signed_out_at from farm.device
            where user_id = {me} order by created_at""",
        "invitations": """
            select id, farm_id, role, invited_at, expires_at, accepted_at, withdrawn_at from farm.invitation
            where invited_by = {me} order by invited_at""",
        "kept_searches": """
            select kind, wanted, created_at from farm.kept_search where user_id = {me} order by created_at""",
        "recorded": COUNTS,
    },
    sole_owner,
    forget_address,
)
