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


Range = tuple[float, float]


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

    def of(code: str, name: str, unit: str, hard: Range, soft: Range, **values: Unpack[Values]) -> Trait:
        return staged(stage, code, name, unit, hard, soft, date_columns=dates, **values)

    return [
        of("GFW", "greasy fleece weight", "kg", (0.2, 20), (1, 12), heritability=0.40, source=NSIP),
        of("CFW", "clean fleece weight", "kg", (0.1, 16), (0.5, 9), heritability=0.35, source=NSIP),
        of("FD", "fibre diameter", "micron", (8, 50), (12, 40), heritability=0.50, source=NSIP),
        of("FDCV", "variation of fibre diameter", "%", (5, 60), (10, 35)),
        of("CURV", "fibre curvature", "deg/mm", (10, 250), (30, 160)),
        of("SL", "staple length", "mm", (10, 350), (40, 180), heritability=0.45, source=NSIP),
        of("SS", "staple strength", "N/ktex", (0, 150), (15, 80)),
        of("YLD", "clean yield", "%", (20, 100), (45, 90)),
    ]


def breech(stage: str) -> list[Trait]:
    """Late dag and wrinkle at the breech, by eye: whole scores from 1 to 5."""
    return [
        visual(stage + code, stage, f"{STAGES[stage].word} {name}", STAGES[stage].window_days)
        for code, name in (
            ("LDAG", "late dag score"),
            ("EBWR", "early breech wrinkle score"),
            ("LBWR", "late breech wrinkle score"),
        )
    ]


def visual(code: str, stage: str, name: str, window: tuple[int, int] | None) -> Trait:
    """A score of the AWI/MLA Visual Sheep Scores; its range is unverified."""
    return Trait(
        code, stage, name, "score", (1, 5), (1, 5),
        effects=AT_ANY_AGE, kind="ordinal", decimals=0, window_days=window,
    )  # fmt: skip


def at_any_age() -> list[Trait]:
    """Scores of live sheep; each scale has a code of its own, so that none is taken for another."""
    return [
        Trait("BCS", "-", "condition score 1-5", "score", (1, 5), (1.5, 4.5), effects=AT_ANY_AGE),
        Trait("BCS9", "-", "condition score 1-9", "score of 9", (1, 9), (2, 8), effects=AT_ANY_AGE),
        Trait(
            "FAMACHA", "-", "anaemia score", "score", (1, 5), (1, 4),
            effects=AT_ANY_AGE, kind="ordinal", decimals=0,
        ),
    ]  # fmt: skip


def carcass() -> list[Trait]:
    """What the abattoir tells of a carcass."""
    return [
        Trait(
            code, "-", name, unit, hard, soft,
            effects=AT_ANY_AGE, decimals=decimals, is_of_carcass=True, date_columns=("KILLDATE",),
        )
        for code, name, unit, hard, soft, decimals in (
            ("HCWT", "hot carcass weight", "kg", (3, 100), (10, 45), 1),
            ("DRESS", "dressing percentage", "%", (20, 75), (38, 58), 1),
            ("GRFAT", "carcass fat at the GR site", "mm", (0, 60), (2, 30), 0),
            ("CFAT", "carcass fat at the C site", "mm", (0, 30), (0.5, 15), 1),
            ("CEMD", "carcass eye muscle depth", "mm", (5, 70), (12, 50), 1),
            ("IMF", "intramuscular fat", "%", (0, 20), (1.5, 9), 1),
            ("SF5", "shear force after five days", "N", (5, 200), (10, 80), 1),
            ("PH24", "pH after a day", "pH", (4.8, 7.5), (5.3, 6), 2),
        )
    ]  # fmt: skip


def milk() -> list[Trait]:
    """One test day of a dairy ewe."""
    return [
        Trait(
            code, "-", name, unit, hard, soft,
            effects=AT_ANY_AGE, decimals=decimals, date_columns=("TESTDATE",),
        )
        for code, name, unit, hard, soft, decimals in (
            ("TDMY", "test-day milk", "kg", (0, 12), (0.2, 5), 2),
            ("TDFAT", "test-day milk fat", "%", (1, 20), (4, 12), 2),
            ("TDPROT", "test-day milk protein", "%", (1, 15), (3.5, 8), 2),
            ("TDSCC", "test-day somatic cells", "1000/ml", (0, 100_000), (0, 1500), 0),
        )
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
        *(trait for stage in "WPY" for trait in breech(stage)),
        *at_any_age(),
        *carcass(),
        *milk(),
    )
}  # fmt: skip
