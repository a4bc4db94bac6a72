"""The dictionary: every trait of the platform. A new trait is added here, and nowhere else.

Ranges are starting limits of our own; windows are those that LambTracker stores, reference ages and weights those that
ABRI defines. Starting values hold until variances are estimated from the platform's own data, or a farm gives its own.
"""

from typing import TypedDict, Unpack

from bellwether.sheep.traits.trait import AT_ANY_AGE, AT_BIRTH, LATER, Correlation, Effect, Stage, Trait

NSIP = "h2: NSIP trait glossary (nsip-client)"
AS_YEARLING = "h2: own starting value, that of YWT"
VARIANCE = "phenotypic variance: own starting value"

STAGES = {
    "B": Stage("birth", (0, 1), 0),
    "W": Stage("weaning", (32, 132), 100),
    "P": Stage("post-weaning", (128, 374), 225),
    "Y": Stage("yearling", (232, 473), 360),
    "H": Stage("hogget", (374, 660), 450),
    "A": Stage("adult", (421, 2553), 540),
}
SCAN_WEIGHT_KG = {"P": 45, "Y": 60, "H": 70}


class Values(TypedDict, total=False):
    """Starting values: see `Trait`."""

    heritability: float
    phenotypic_variance: float
    source: str


class Words(Values, total=False):
    """What else a trait may say of itself: see `Trait`."""

    effects: tuple[Effect, ...]
    reference_weight_kg: float | None
    correlations: dict[str, Correlation]
    is_weight: bool
    aliases: tuple[str, ...]
    date_columns: tuple[str, ...]


def staged(
    stage: str,
    code: str,
    name: str,
    unit: str,
    hard: tuple[float, float],
    soft: tuple[float, float],
    **words: Unpack[Words],
) -> Trait:
    """A trait at one stage, with the window and the reference age of the stage."""
    at = STAGES[stage]
    return Trait(
        code=stage + code,
        stage=stage,
        name=f"{at.word} {name}",
        unit=unit,
        hard=hard,
        soft=soft,
        window_days=at.window_days,
        reference_age_days=at.reference_age_days,
        **words,
    )


def weight(
    stage: str,
    hard: tuple[float, float],
    soft: tuple[float, float],
    /,
    *other_names: str,
    effects: tuple[Effect, ...] = LATER,
    correlations: dict[str, Correlation] | None = None,
    **values: Unpack[Values],
) -> Trait:
    """A body weight; the word of its stage names it as well."""
    names, pairs = (STAGES[stage].word.upper(), *other_names), correlations or {}
    return staged(
        stage, "WT", "weight", "kg", hard, soft,
        effects=effects, correlations=pairs, is_weight=True, aliases=names, **values,
    )  # fmt: skip


def alike(**pairs: tuple[float, float]) -> dict[str, Correlation]:
    """Genetic and residual correlations of a weight with the weights before it."""
    source = "own starting value: stages closer in age are more alike"
    return {code: Correlation(genetic, residual, source) for code, (genetic, residual) in pairs.items()}


def body_weights() -> list[Trait]:
    """Body weights from birth on."""
    return [
        weight(
            "B", (0.3, 12), (2, 8),
            effects=AT_BIRTH, heritability=0.30, phenotypic_variance=0.6, source=f"{NSIP}; {VARIANCE}",
        ),
        weight(
            "W", (3, 90), (12, 60),
            heritability=0.25, phenotypic_variance=22.0, source=f"{NSIP}; {VARIANCE}",
            correlations=alike(BWT=(0.50, 0.25)),
        ),
        weight(
            "P", (8, 120), (20, 80), "PWWT",
            heritability=0.35, phenotypic_variance=45.0, source=f"{NSIP}; {VARIANCE}",
            correlations=alike(BWT=(0.45, 0.20), WWT=(0.75, 0.55)),
        ),
        weight(
            "Y", (12, 220), (30, 150),
            heritability=0.40, phenotypic_variance=54.0, source=f"{NSIP}; {VARIANCE}",
            correlations=alike(BWT=(0.40, 0.15), WWT=(0.70, 0.45), PWT=(0.85, 0.60)),
        ),
        weight(
            "H", (12, 220), (30, 150),
            heritability=0.40, phenotypic_variance=60.0, source=f"{AS_YEARLING}; {VARIANCE}",
            correlations=alike(BWT=(0.40, 0.15), WWT=(0.65, 0.40), PWT=(0.80, 0.50), YWT=(0.90, 0.60)),
        ),
        weight(
            "A", (12, 220), (30, 150),
            heritability=0.40, phenotypic_variance=64.0, source=f"{AS_YEARLING}; {VARIANCE}",
            correlations=alike(
                BWT=(0.35, 0.15), WWT=(0.60, 0.35), PWT=(0.75, 0.45), YWT=(0.85, 0.50), HWT=(0.90, 0.60)
            ),
        ),
    ]  # fmt: skip


def scans(stage: str) -> list[Trait]:
    """Ultrasound between the 12th and 13th rib, 45 mm off the midline."""
    at_kg, dates = SCAN_WEIGHT_KG.get(stage), ("SCANDATE",)
    return [
        staged(
            stage, "FAT", "fat depth", "mm", (0, 30), (0.5, 15),
            reference_weight_kg=at_kg, date_columns=dates, heritability=0.30, source=NSIP,
        ),
        staged(
            stage, "EMD", "eye muscle depth", "mm", (5, 70), (12, 50),
            reference_weight_kg=at_kg, date_columns=dates, heritability=0.35, source=NSIP,
        ),
    ]  # fmt: skip


def fleece(stage: str) -> list[Trait]:
    """Shearing and the sample of the mid-side."""
    dates = ("FLEECEDATE",)
    return [
        staged(
            stage, "GFW", "greasy fleece weight", "kg", (0.2, 20), (1, 12),
            date_columns=dates, heritability=0.40, source=NSIP,
        ),
        staged(
            stage, "FD", "fibre diameter", "micron", (8, 50), (12, 40),
            date_columns=dates, heritability=0.50, source=NSIP,
        ),
    ]  # fmt: skip


TRAITS: dict[str, Trait] = {
    trait.code: trait
    for trait in (
        *body_weights(),
        *(trait for stage in "WPYH" for trait in scans(stage)),
        *(trait for stage in "YHA" for trait in fleece(stage)),
        *(staged(stage, "SC", "scrotal circumference", "cm", (10, 50), (20, 42)) for stage in "PYH"),
        Trait(
            "WEC", "-", "worm egg count", "epg", (0, 100_000), (0, 10_000),
            effects=AT_ANY_AGE, decimals=0, heritability=0.25, source=NSIP,
            aliases=("FEC",), date_columns=("WECDATE", "PWTDATE"),
        ),
        Trait(
            "DAG", "-", "dag score", "score", (1, 5), (1, 5),
            effects=AT_ANY_AGE, kind="ordinal", decimals=0, heritability=0.20, source=NSIP,
            date_columns=("DAGDATE", "WECDATE", "PWTDATE"),
        ),
    )
}  # fmt: skip
