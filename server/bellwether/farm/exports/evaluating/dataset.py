"""The pedigree, the records and the model of a flock, with animals under their own tags, parents before offspring."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bellwether.farm.exports.evaluating.labels import labels_of
from bellwether.farm.exports.evaluating.variances import dictionary
from bellwether.farm.exports.keys import Keys
from bellwether.farm.exports.models import SyndicateRow
from bellwether.farm.exports.problems import NothingToWrite
from bellwether.farm.exports.report import Report
from bellwether.modelling.flocks.animal_model import animal_model
from bellwether.modelling.flocks.chosen_records import Chosen, choose
from bellwether.modelling.flocks.errors import CannotEvaluate
from bellwether.modelling.flocks.flock_data import Animal, FlockData
from bellwether.modelling.flocks.flock_tables import records_table
from bellwether.modelling.flocks.plan import Plan, plan_of
from bellwether.modelling.model_file.schema import EffectTable, ModelTable
from bellwether.sheep.traits import Known

Pedigree = Sequence[tuple[str, str, str]]
"""Animal, sire, dam; an unknown parent is empty."""


@dataclass(frozen=True)
class Dataset:
    """What an evaluation is made of. `records` has a column for each name that the model reads."""

    traits: tuple[str, ...]
    pedigree: Pedigree
    records: Mapping[str, Sequence[str]]
    model: ModelTable
    plan: Plan
    keys: Sequence[tuple[str, str, str]]
    """Label, id of the platform, tag."""

    @property
    def n_records(self) -> int:
        """Rows of the records."""
        return len(self.records["animal"])

    def effects(self, kind: str) -> list[EffectTable]:
        """Of the model: fixed ones or covariates."""
        return [effect for effect in self.model.effects if effect.kind == kind]


def dataset(
    data: FlockData,
    keys: Keys,
    asked: Sequence[str],
    report: Report,
    known: Known,
    several: Sequence[SyndicateRow] = (),
) -> Dataset:
    """By the default model of the platform; what is set aside is counted in the report.

    Raises:
        NothingToWrite: no record of the wanted traits can be used.
    """
    plan = plan_of(data.flock_id, dictionary(known), list(asked) or None, "auto")
    try:
        chosen = choose(data, plan)
    except CannotEvaluate as error:
        raise NothingToWrite(str(error), error.fix) from error
    plan = plan.only(list(chosen.by_trait))
    ordered = parents_first(data.animals)
    labels = labels_of(ordered, keys)
    tell(report, data, chosen, labels)
    tags = {animal.id: animal.tag or animal.id for animal in data.animals if animal.sire_id is None}
    alone = sorted({tags[key] for row in several if (key := str(row.child_id)) in tags})
    report.leave_out_all("sire_of_several", "sires of whom only their syndicate is known: written as unknown", alone)
    return Dataset(
        plan.codes,
        pedigree_of(ordered, labels),
        records_of(data, chosen, plan, labels),
        animal_model(plan),
        plan,
        [(labels[animal.id], animal.id, animal.tag or "") for animal in ordered],
    )


def tell(report: Report, data: FlockData, chosen: Chosen, labels: Mapping[str, str]) -> None:
    """How much there is, and what is missing for which reason."""
    report.written = {"animals_in_pedigree": len(labels)}
    report.written |= {f"records_{code}": len(found) for code, found in chosen.by_trait.items()}
    for found in chosen.verdicts:
        if found.level == "set_aside":
            code = f"{found.code}_{found.trait}" if found.trait else found.code
            report.leave_out_many(code, found.message, found.count, found.examples)
        else:
            names = ", ".join(found.examples)
            report.notes.append(f"{found.trait or 'all traits'}: {found.count} {found.message}: {names}")
    seen = {animal.id for animal in data.animals}
    cut = [a for a in data.animals for parent in (a.sire_id, a.dam_id) if parent is not None and parent not in seen]
    report.leave_out_all("parent_not_visible", "parents that the farm does not keep", (a.tag or a.id for a in cut))
    report.notes.append("contemporary groups are those of the platform, one column for each trait")


def pedigree_of(ordered: Sequence[Animal], labels: Mapping[str, str]) -> Pedigree:
    """Under labels."""
    return [(labels[a.id], labels.get(a.sire_id or "", ""), labels.get(a.dam_id or "", "")) for a in ordered]


def records_of(data: FlockData, chosen: Chosen, plan: Plan, labels: Mapping[str, str]) -> dict[str, list[str]]:
    """The records under labels, in the order of the animals of the pedigree."""
    frame = records_table(data, chosen, plan).frame
    columns = {name: frame[name].fill_null("").to_list() for name in frame.columns if name not in ("sire", "dam")}
    columns["animal"] = [labels[each] for each in columns["animal"]]
    return columns


def parents_first(animals: Sequence[Animal]) -> list[Animal]:
    """Every animal after both of its parents."""
    by_id = {animal.id: animal for animal in animals}
    done: dict[str, Animal] = {}
    waiting = list(reversed(animals))
    while waiting:
        animal = waiting[-1]
        parents = [by_id[p] for p in (animal.sire_id, animal.dam_id) if p in by_id and p not in done]
        if animal.id in done or not parents:
            done[animal.id] = waiting.pop()
        else:
            waiting += parents
    return list(done.values())
