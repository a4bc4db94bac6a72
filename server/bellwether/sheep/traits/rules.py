"""What a measurement must and should be, given its trait."""

from datetime import date

from bellwether.sheep.findings import Finding, broken
from bellwether.sheep.traits.trait import Trait

KG_PER_POUND = 0.45359237


def kilograms(value: float, unit: str) -> float:
    """A weight in kg; pounds are converted exactly."""
    return value * KG_PER_POUND if unit == "lb" else value


def check_hard(trait: Trait, value: float, *, field: str) -> None:
    """Reject what no sheep can have; when a shift of the decimal point or pounds would explain it, say so."""
    low, high = trait.hard
    if low <= value <= high:
        return
    raise broken(
        "out_of_range",
        f"{value:g} {trait.unit} is outside {low:g} to {high:g} {trait.unit} for {trait.code}",
        explained(trait, value),
        field=field,
        verdict="out_of_range",
    )


def explained(trait: Trait, value: float) -> str:
    """The likeliest slip behind an impossible value."""
    for factor, slip in ((0.1, "decimal point"), (0.001, "grams"), (KG_PER_POUND, "pounds"), (10, "decimal point")):
        if trait.soft[0] <= value * factor <= trait.soft[1] and (trait.unit == "kg" or slip == "decimal point"):
            return f"was {value * factor:.4g} {trait.unit} meant ({slip})? Correct the value and import the row again"
    return "correct the value and import the row again"


def warning(trait: Trait, value: float, age_days: int | None, *, field: str) -> Finding | None:
    """What is unusual without being impossible."""
    low, high = trait.soft
    if not low <= value <= high:
        text = f"{value:g} {trait.unit} is unusual for {trait.code} ({low:g} to {high:g})"
        return Finding("new", "soft_range", text, "check the value", field)
    window = trait.window_days
    if window and age_days is not None and not window[0] <= age_days <= window[1]:
        text = f"{age_days} days of age is outside {window[0]} to {window[1]} for {trait.code}"
        return Finding("new", "age_outside_window", text, "check the stage, the date and the birth date", field)
    return None


def check_recordable(trait: Trait, day: date, *, field: str) -> None:
    """A farm's own trait is recorded by those who may, of days on which it is valid.

    Raises:
        Broken
    """
    if not trait.is_open:
        text = f"only owners of the farm record {trait.code}"
        raise broken("trait_not_yours", text, "ask an owner to record it", field=field)
    first, last = trait.valid_from, trait.valid_to
    if (first is None or first <= day) and (last is None or day <= last):
        return
    when = f"from {first} on" if last is None else f"until {last}" if first is None else f"from {first} to {last}"
    text = f"{trait.code} is recorded {when}, not on {day}"
    raise broken("trait_not_valid", text, "correct the day, or change how long the trait is valid", field=field)


def value_of_word(trait: Trait, word: str, *, field: str) -> float:
    """The value that a word of a farm's own trait stands for.

    Raises:
        Broken: the trait has no words, or another one.
    """
    said = word.strip().casefold()
    places = (place for place, known in enumerate(trait.words) if known.casefold() == said)
    found = next(places, None)
    if found is None:
        message = f"{word[:40]!r} is no value of {trait.code}"
        fix = f"write one of: {', '.join(trait.words)}" if trait.words else f"send a number of {trait.unit}"
        raise broken("word_unknown", message, fix, field=field)
    return trait.hard[0] + found
