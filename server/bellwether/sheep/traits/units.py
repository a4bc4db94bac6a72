"""A value in the unit of its trait. What cannot be converted is refused; nothing is guessed."""

from bellwether.sheep.findings import broken
from bellwether.sheep.traits.rules import KG_PER_POUND
from bellwether.sheep.traits.trait import Trait

FACTORS: dict[tuple[str, str], float] = {
    ("lb", "kg"): KG_PER_POUND,
    ("g", "kg"): 0.001,
    ("oz", "kg"): KG_PER_POUND / 16,
    ("cm", "mm"): 10.0,
    ("in", "mm"): 25.4,
    ("mm", "cm"): 0.1,
    ("in", "cm"): 2.54,
    ("kg", "g"): 1000.0,
    ("mm", "micron"): 1000.0,
}
"""What a value in the first unit is multiplied with to be in the second."""


def units_of(trait: Trait) -> tuple[str, ...]:
    """In which units it may be sent, its own first."""
    return trait.unit, *(sent for sent, kept in FACTORS if kept == trait.unit)


def converted(trait: Trait, value: float, unit: str, *, field: str) -> float:
    """The value as stored (I22).

    Raises:
        Broken: the unit is none of those that can be converted.
    """
    if unit == trait.unit:
        return round(value, 6)
    factor = FACTORS.get((unit, trait.unit))
    if factor is None:
        message = f"{trait.code} is kept in {trait.unit}, and {unit} cannot be converted"
        raise broken("unit_unknown", message, f"send it in one of: {', '.join(units_of(trait))}", field=field)
    return round(value * factor, 6)
