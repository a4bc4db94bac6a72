"""Amounts of remedies: units that can be turned into each other."""

from collections.abc import Mapping
from typing import Literal

from bellwether.sheep.findings import broken

Unit = Literal["ml", "l", "mg", "g", "kg", "dose"]
FACTORS: Mapping[Unit, tuple[str, float]] = {
    "ml": ("volume", 1.0), "l": ("volume", 1000.0), "mg": ("mass", 0.001), "g": ("mass", 1.0),
    "kg": ("mass", 1000.0), "dose": ("count", 1.0),
}  # fmt: skip


def converted(amount: float, unit: Unit, into: Unit, *, field: str) -> float:
    """An amount in another unit.

    Raises:
        Broken: it is none of the same thing.
    """
    (what, factor), (wanted, divisor) = FACTORS[unit], FACTORS[into]
    if what != wanted:
        text = f"{unit} is a {what}, and the product is counted in {into}"
        raise broken("unit_not_convertible", text, f"send the dose as a {wanted}, for example in {into}", field=field)
    return amount * factor / divisor
