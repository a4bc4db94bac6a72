"""The trait dictionary: unit, hard and soft range of each recorded trait, age window of each stage.

A stage is declared by the recorder and never derived from age: the windows overlap and serve for warnings only.
"""

from dataclasses import dataclass, replace

from bellwether.sheep.findings import Finding, broken

KG_PER_POUND = 0.45359237


@dataclass(frozen=True, slots=True)
class Trait:
    """One trait at one stage. Ranges are starting limits of our own."""

    code: str
    stage: str
    unit: str
    hard: tuple[float, float]
    soft: tuple[float, float]


STAGES = {"B": "birth", "W": "weaning", "P": "post-weaning", "Y": "yearling", "H": "hogget", "A": "adult"}
WINDOW_DAYS = {"B": (0, 1), "W": (32, 132), "P": (128, 374), "Y": (232, 473), "H": (374, 660), "A": (421, 2553)}
WEIGHTS = {
    trait.code: trait
    for trait in (
        Trait("BWT", "B", "kg", (0.3, 12), (2, 8)),
        Trait("WWT", "W", "kg", (3, 90), (12, 60)),
        Trait("PWT", "P", "kg", (8, 120), (20, 80)),
        Trait("YWT", "Y", "kg", (12, 220), (30, 150)),
        Trait("HWT", "H", "kg", (12, 220), (30, 150)),
        Trait("AWT", "A", "kg", (12, 220), (30, 150)),
    )
}
STAGED = {
    "FAT": (Trait("FAT", "", "mm", (0, 30), (0.5, 15)), "WPYH"),
    "EMD": (Trait("EMD", "", "mm", (5, 70), (12, 50)), "WPYH"),
    "GFW": (Trait("GFW", "", "kg", (0.2, 20), (1, 12)), "YHA"),
    "FD": (Trait("FD", "", "micron", (8, 50), (12, 40)), "YHA"),
    "SC": (Trait("SC", "", "cm", (10, 50), (20, 42)), "PYH"),
}
UNSTAGED = (
    Trait("WEC", "-", "epg", (0, 100_000), (0, 10_000)),
    Trait("DAG", "-", "score", (1, 5), (1, 5)),
)
TRAITS = (
    WEIGHTS
    | {t.code: t for t in UNSTAGED}
    | {
        stage + code: replace(trait, code=stage + code, stage=stage)
        for code, (trait, stages) in STAGED.items()
        for stage in stages
    }
)
ALIASES = {"PWWT": "PWT", "FEC": "WEC"} | {STAGES[t.stage].upper(): code for code, t in WEIGHTS.items()}


def find(code: str) -> Trait | None:
    """By code, alias or name of the stage of a weight."""
    name = code.strip().upper()
    by_stage = next((t for t in WEIGHTS.values() if t.stage == name), None)
    return TRAITS.get(ALIASES.get(name, name)) or by_stage


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
    window = WINDOW_DAYS.get(trait.stage)
    if window and age_days is not None and not window[0] <= age_days <= window[1]:
        text = f"{age_days} days of age is outside {window[0]} to {window[1]} for {trait.code}"
        return Finding("new", "age_outside_window", text, "check the stage, the date and the birth date", field)
    return None
