"""What devices said differently, for a person to look at."""

from bellwether.farm.collections.collection import Collection, columns

COLLECTIONS = (
    Collection(
        "conflicts",
        "conflict",
        columns(
            *("kind", "collection", "row_id", "field", "kept", "other", "kept_by", "other_by", "state", "choice"),
            "created_at",
        ),
        nested=frozenset({"kept", "other"}),
    ),
)
