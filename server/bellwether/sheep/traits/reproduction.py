"""Traits that follow from joinings, lambings and weanings: nobody types them in, and no file brings them."""

from bellwether.sheep.traits.trait import AT_ANY_AGE, Trait

NSIP = "h2: NSIP trait glossary (nsip-client)"
REPRODUCTION: dict[str, Trait] = {
    trait.code: trait
    for trait in (
        Trait(
            "NLB", "-", "lambs born per ewe joined", "lambs", (0, 12), (0, 5),
            effects=AT_ANY_AGE, decimals=0, heritability=0.10, source=NSIP,
        ),
        Trait(
            "NLW", "-", "lambs weaned per ewe joined", "lambs", (0, 12), (0, 5),
            effects=AT_ANY_AGE, decimals=0, heritability=0.10, source=NSIP,
        ),
        Trait(
            "LE", "B", "lambing ease", "score", (1, 4), (1, 4),
            effects=AT_ANY_AGE, kind="ordinal", decimals=0,
        ),
        Trait(
            "LSV", "B", "lamb survival to weaning", "score", (1, 2), (1, 2),
            effects=AT_ANY_AGE, kind="ordinal", decimals=0,
        ),
    )
}  # fmt: skip
