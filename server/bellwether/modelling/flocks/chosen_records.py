"""Which weights enter the evaluation: one for each trait and animal, comparable with others of its group."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bellwether.modelling.flocks.errors import NothingToEvaluate, TraitWithoutRecords, TraitWithoutVariance
from bellwether.modelling.flocks.flock_data import FlockData, Weight
from bellwether.modelling.flocks.plan import Plan, TraitPlan
from bellwether.modelling.flocks.verdicts import Verdict, verdict

SMALL_GROUP = 5
# own: below this a trait enters only when somebody asks for it by name
FEW_RECORDS = 10


@dataclass(frozen=True)
class Chosen:
    """The weight of each animal (by its id) for each trait, and what was noticed on the way."""

    by_trait: Mapping[str, Mapping[str, Weight]]
    verdicts: tuple[Verdict, ...]


def choose(data: FlockData, plan: Plan) -> Chosen:
    """The records of the evaluation; traits that cannot be evaluated are left out, or refused when asked for by name.

    Raises:
        TraitWithoutRecords, TraitWithoutVariance, NothingToEvaluate
    """
    tags = {animal.id: animal.tag or animal.id for animal in data.animals}
    by_code: defaultdict[str, list[Weight]] = defaultdict(list)
    for weight in data.weights:
        by_code[weight.trait].append(weight)
    by_trait: dict[str, dict[str, Weight]] = {}
    verdicts: list[Verdict] = []
    for trait in plan.traits:
        by_trait[trait.code], found = choose_for(trait, by_code[trait.code], tags)
        verdicts += found
    kept, left_out = evaluable(by_trait, plan)
    verdicts = [v for v in verdicts if v.trait in kept] + left_out
    return Chosen({code: by_trait[code] for code in kept}, tuple(verdicts))


def choose_for(
    trait: TraitPlan, weights: Iterable[Weight], tags: Mapping[str, str]
) -> tuple[dict[str, Weight], list[Verdict]]:
    """The weights of one trait that can be used, and why the others cannot."""
    usable, no_group, no_age = [], [], []
    for weight in weights:
        if weight.contemporary_group is None:
            no_group.append(tags[weight.animal_id])
        elif weight.age_days is None and trait.reference_age_days > 0:
            no_age.append(tags[weight.animal_id])
        else:
            usable.append(weight)
    best, repeats = nearest_to_reference_age(trait, usable)
    sizes = Counter(weight.contemporary_group for weight in best.values())
    alone = [tags[w.animal_id] for w in best.values() if sizes[w.contemporary_group] == 1]
    best = {key: w for key, w in best.items() if sizes[w.contemporary_group] > 1}
    small = [f"{group} ({n})" for group, n in sorted(sizes.items(), key=str) if 1 < n < SMALL_GROUP]
    code = trait.code
    return best, [
        *verdict("no_group", "set_aside", "weights without a contemporary group", no_group, trait=code),
        *verdict("no_age", "set_aside", "weights of animals without a birth date", no_age, trait=code),
        *verdict(
            "repeated", "set_aside", "further weights; the one nearest to the reference age counts",
            [tags[w.animal_id] for w in repeats], trait=code,
        ),
        *verdict("alone_in_group", "set_aside", "weights alone in their group", alone, trait=code),
        *verdict("small_group", "warning", f"contemporary groups of fewer than {SMALL_GROUP}", small, trait=code),
    ]  # fmt: skip


def nearest_to_reference_age(trait: TraitPlan, weights: Iterable[Weight]) -> tuple[dict[str, Weight], list[Weight]]:
    """One weight of each animal, and those passed over; of two equally near the later day wins, then the later id."""
    best: dict[str, Weight] = {}
    repeats: list[Weight] = []

    def distance(weight: Weight) -> int:
        return abs((weight.age_days or 0) - trait.reference_age_days)

    for weight in sorted(weights, key=lambda w: (w.occurred_on, w.id)):
        other = best.get(weight.animal_id)
        if other is None:
            best[weight.animal_id] = weight
            continue
        near, far = (weight, other) if distance(weight) <= distance(other) else (other, weight)
        best[weight.animal_id] = near
        repeats.append(far)
    return best, repeats


def evaluable(by_trait: Mapping[str, Mapping[str, Weight]], plan: Plan) -> tuple[list[str], list[Verdict]]:
    """The traits that can be evaluated; the others as verdicts, or as an error when they were asked for."""
    empty = {code: "no usable weight" for code, weights in by_trait.items() if not weights}
    without_variances = {trait.code for trait in plan.traits if not trait.has_variances}
    constant = {
        code: "no variances in the dictionary" if code in without_variances else "all weights are the same"
        for code, weights in by_trait.items()
        if weights and (code in without_variances or len({w.weight_kg for w in weights.values()}) == 1)
    }
    if plan.is_asked and empty:
        fix = "Record weights with birth date and group, or leave the trait out"
        raise TraitWithoutRecords(f"No usable record for {', '.join(empty)}", empty, fix)
    if plan.is_asked and constant:
        fix = "Check the weights, or leave the trait out"
        raise TraitWithoutVariance(f"No variance in {', '.join(constant)}", constant, fix)
    if plan.is_asked:
        return list(by_trait), []
    few = {code for code, weights in by_trait.items() if 0 < len(weights) < FEW_RECORDS}
    kept = [code for code in by_trait if code not in empty and code not in constant and code not in few]
    if not kept:
        raise NothingToEvaluate(f"No trait has at least {FEW_RECORDS} usable weights that differ")
    left_out = sorted({*constant, *few})
    return kept, verdict("trait_left_out", "set_aside", "traits with too few weights, or without variance", left_out)
