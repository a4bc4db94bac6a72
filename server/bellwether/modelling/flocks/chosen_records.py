"""Which measurements enter the evaluation: one for each trait and animal, comparable with others of its group."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bellwether.modelling.flocks.columns import is_repeated, used_columns
from bellwether.modelling.flocks.errors import NothingToEvaluate, TraitWithoutRecords, TraitWithoutVariance
from bellwether.modelling.flocks.flock_data import FlockData, Measurement
from bellwether.modelling.flocks.plan import Plan, TraitPlan
from bellwether.modelling.flocks.verdicts import Verdict, verdict
from bellwether.modelling.model_file.schema import ModelTable
from bellwether.sheep.traits import TRAITS

SMALL_GROUP = 5
# own: below this a trait enters only when somebody asks for it by name
FEW_RECORDS = 10


@dataclass(frozen=True)
class Chosen:
    """For each trait the measurements that enter, and what was noticed on the way.

    They are named by their animal (its id), or by animal and day where records are repeated.
    """

    by_trait: Mapping[str, Mapping[str, Measurement]]
    verdicts: tuple[Verdict, ...]
    is_repeated: bool = False


@dataclass(frozen=True, slots=True)
class Needs:
    """What a measurement of a trait must have to be used: what the model corrects it for."""

    group: bool = True
    age: bool = True


def choose(data: FlockData, plan: Plan) -> Chosen:
    """The records of the evaluation; traits that cannot be evaluated are left out, or refused when asked for by name.

    Raises:
        TraitWithoutRecords, TraitWithoutVariance, NothingToEvaluate
    """
    tags = {animal.id: animal.tag or animal.id for animal in data.animals}
    by_code: defaultdict[str, list[Measurement]] = defaultdict(list)
    for measurement in data.measurements:
        by_code[measurement.trait].append(measurement)
    repeated = plan.told is not None and is_repeated(plan.told)
    by_trait: dict[str, dict[str, Measurement]] = {}
    verdicts: list[Verdict] = []
    for trait in plan.traits:
        needs = needs_of(trait, plan.told)
        by_trait[trait.code], found = choose_for(trait, by_code[trait.code], tags, needs, repeated=repeated)
        verdicts += found
    kept, left_out = evaluable(by_trait, plan)
    verdicts = [v for v in verdicts if v.trait in kept] + left_out
    return Chosen({code: by_trait[code] for code in kept}, tuple(verdicts), repeated)


def needs_of(trait: TraitPlan, told: ModelTable | None) -> Needs:
    """What the default model, or a told one, corrects a trait for."""
    if told is None:
        return Needs("contemporary_group" in trait.effects, trait.reference_age_days > 0)
    used = used_columns(told)
    return Needs(f"group_{trait.code}" in used, f"age_{trait.code}" in used or "age" in used)


def choose_for(
    trait: TraitPlan,
    measurements: Iterable[Measurement],
    tags: Mapping[str, str],
    needs: Needs,
    *,
    repeated: bool = False,
) -> tuple[dict[str, Measurement], list[Verdict]]:
    """The measurements of one trait that can be used, and why the others cannot."""
    usable, no_group, no_age = [], [], []
    for measurement in measurements:
        if needs.group and measurement.contemporary_group is None:
            no_group.append(tags[measurement.animal_id])
        elif needs.age and measurement.age_days is None:
            no_age.append(tags[measurement.animal_id])
        else:
            usable.append(measurement)
    best, repeats = nearest_to_reference_age(trait, usable, repeated=repeated)
    sizes = Counter(m.contemporary_group for m in best.values()) if needs.group else Counter()
    alone = [tags[m.animal_id] for m in best.values() if sizes[m.contemporary_group] == 1]
    best = {key: m for key, m in best.items() if sizes[m.contemporary_group] != 1}
    small = [f"{group} ({n})" for group, n in sorted(sizes.items(), key=str) if 1 < n < SMALL_GROUP]
    code, records = trait.code, f"{noun([trait.code])}s"
    return best, [
        *verdict("no_group", "set_aside", f"{records} without a contemporary group", no_group, trait=code),
        *verdict("no_age", "set_aside", f"{records} of animals without a birth date", no_age, trait=code),
        *verdict(
            "repeated", "set_aside", f"further {records}; the one nearest to the reference age counts",
            [tags[m.animal_id] for m in repeats], trait=code,
        ),
        *verdict("alone_in_group", "set_aside", f"{records} alone in their group", alone, trait=code),
        *verdict("small_group", "warning", f"contemporary groups of fewer than {SMALL_GROUP}", small, trait=code),
    ]  # fmt: skip


def nearest_to_reference_age(
    trait: TraitPlan, measurements: Iterable[Measurement], *, repeated: bool = False
) -> tuple[dict[str, Measurement], list[Measurement]]:
    """One measurement of each animal (or of each of its days), and those passed over.

    Of two equally near the later day wins, then the later id.
    """
    best: dict[str, Measurement] = {}
    passed: list[Measurement] = []

    def distance(measurement: Measurement) -> int:
        return abs((measurement.age_days or 0) - trait.reference_age_days)

    for measurement in sorted(measurements, key=lambda m: (m.occurred_on, m.id)):
        key = f"{measurement.animal_id} {measurement.occurred_on}" if repeated else measurement.animal_id
        other = best.get(key)
        if other is None:
            best[key] = measurement
            continue
        near, far = (measurement, other) if distance(measurement) <= distance(other) else (other, measurement)
        best[key] = near
        passed.append(far)
    return best, passed


def evaluable(by_trait: Mapping[str, Mapping[str, Measurement]], plan: Plan) -> tuple[list[str], list[Verdict]]:
    """The traits that can be evaluated; the others as verdicts, or as an error when they were asked for."""
    empty = {code: f"no usable {noun([code])}" for code, records in by_trait.items() if not records}
    without_variances = {trait.code for trait in plan.traits if not trait.has_variances}
    constant = {
        code: "no variances in the dictionary" if code in without_variances else f"all {noun([code])}s are the same"
        for code, records in by_trait.items()
        if records and (code in without_variances or len({m.value for m in records.values()}) == 1)
    }
    if plan.is_asked and empty:
        fix = f"Record {noun(empty)}s with birth date and group, or leave the trait out"
        raise TraitWithoutRecords(f"No usable record for {', '.join(empty)}", empty, fix)
    if plan.is_asked and constant:
        fix = f"Check the {noun(constant)}s, or leave the trait out"
        raise TraitWithoutVariance(f"No variance in {', '.join(constant)}", constant, fix)
    if plan.is_asked:
        return list(by_trait), []
    few = {code for code, records in by_trait.items() if 0 < len(records) < FEW_RECORDS}
    kept = [code for code in by_trait if code not in empty and code not in constant and code not in few]
    if not kept:
        raise NothingToEvaluate(f"No trait has at least {FEW_RECORDS} usable {noun({*constant, *few})}s that differ")
    left_out = sorted({*constant, *few})
    reason = f"traits with too few {noun(left_out)}s, or without variance"
    return kept, verdict("trait_left_out", "set_aside", reason, left_out)


def noun(codes: Iterable[str]) -> str:
    """What a record of these traits is called: a weight if nothing else is among them."""
    return "weight" if all(code in TRAITS and TRAITS[code].is_weight for code in codes) else "measurement"
