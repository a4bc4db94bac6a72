"""Who is on the farm and as what; names and addresses of accounts are not the farm's to tell."""

from bellwether.farm.collections.collection import Collection, columns

COLLECTIONS = (
    Collection(
        "memberships",
        "farm_member",
        columns("user_id", "organisation_id", "role", "granted_at", "ends_at"),
        shown="t.left_at is null",
    ),
)
