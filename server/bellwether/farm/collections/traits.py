"""What a farm measures beyond the dictionary: a phone asks for it, and defines nothing."""

from bellwether.farm.collections.collection import Collection, columns

COLLECTIONS = (
    Collection(
        "own_traits",
        "own_trait",
        columns(
            *("code", "name", "kind", "unit", "stage", "description", "words", "hard_low", "hard_high", "soft_low"),
            *("soft_high", "decimals", "window_first", "window_last", "may_record", "valid_from", "valid_to"),
            *("created_at", "updated_at"),
        ),
        nested=frozenset({"words"}),
    ),
)
