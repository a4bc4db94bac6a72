"""A flock's evaluation: choose records, make the tables and the model, then the road that every evaluation goes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
from bellwether_engine import ModelError, Solution

from bellwether.modelling.evaluation import Evaluation, evaluate
from bellwether.modelling.external_values.pseudo_records import Blended, PseudoRecord, blend
from bellwether.modelling.external_values.values import External
from bellwether.modelling.findings import refuse
from bellwether.modelling.flocks.animal_model import animal_model, with_genomic
from bellwether.modelling.flocks.chosen_records import Chosen, choose
from bellwether.modelling.flocks.enough import too_few
from bellwether.modelling.flocks.flock_data import FlockData
from bellwether.modelling.flocks.flock_tables import WEIGHT, pedigree_table, records_table
from bellwether.modelling.flocks.linked_groups import unconnected
from bellwether.modelling.flocks.plan import Plan
from bellwether.modelling.flocks.verdicts import Verdict, verdict
from bellwether.modelling.genotypes.dosages import dosages_text
from bellwether.modelling.genotypes.samples import Samples, samples_of, with_samples
from bellwether.modelling.genotypes.source import ReadGenotypes
from bellwether.modelling.model_file.model_file import ModelFile, told_model
from bellwether.modelling.model_file.schema import ModelTable
from bellwether.modelling.results.report import Steps
from bellwether.modelling.tables.pedigree import Animals, read_pedigree
from bellwether.modelling.tables.records import Observations, read_records
from bellwether.modelling.text_table import Table

MOST_KEPT = 20_000_000  # calls: about 40 MB of text, 3 MB packed
CHECKED_WARM = 10
Tell = Callable[[float, str], None]


@dataclass(frozen=True)
class Equations:
    """A flock's tables and model, and the arrays that follow from them."""

    pedigree: Table
    records: Table
    model: ModelFile
    animals: Animals
    observations: Observations
    samples: Samples | None


@dataclass(frozen=True)
class FlockEvaluation:
    """What was chosen, what it became, and the result."""

    plan: Plan
    chosen: Chosen
    equations: Equations
    found: Evaluation


def evaluate_flock(
    data: FlockData,
    plan: Plan,
    *,
    genotypes: ReadGenotypes | None = None,
    start: Mapping[str, pl.DataFrame] | None = None,
    tell: Tell = lambda _share, _step: None,
) -> FlockEvaluation:
    """From a flock's data to breeding values; `start` are result tables of an earlier evaluation, to begin from.

    Raises:
        CannotEvaluate: a trait has no usable records, or none is enough.
        BadInput: the pedigree contradicts itself, or model, records and genotypes do not go together.
    """
    chosen = choose(data, plan)
    plan = plan.only(list(chosen.by_trait))
    links = [v for code, measured in chosen.by_trait.items() for v in unconnected(data, code, measured)]
    if plan.estimates:
        lacking = too_few(data, chosen.by_trait)
        links += lacking
        plan = replace(plan, estimates=not lacking)
    equations = equations_of(data, chosen, plan, genotypes)
    if plan.external is not None:
        blended = blend(data.external, equations.animals, equations.model.model, own_of(equations, plan.external))
        links += told_of(blended, data)
        equations = equations_of(data, chosen, plan, genotypes, blended.records)
    steps = Steps(tell)
    found = evaluate(equations.animals, equations.model, equations.observations, equations.samples, steps, start=start)
    return FlockEvaluation(plan, replace(chosen, verdicts=(*chosen.verdicts, *links)), equations, found)


def own_of(equations: Equations, external: External) -> Solution | None:
    """What the flock's own records say, where another service's values hold them too."""
    if not external.includes_own:
        return None
    model, nothing = equations.model, Steps(lambda _share, _step: None)
    own = evaluate(equations.animals, model, equations.observations, equations.samples, nothing).solution
    if own.reliability is None:
        options = replace(model.model.options, reliability="approximate")
        model = replace(model, model=replace(model.model, options=options))
        own = evaluate(equations.animals, model, equations.observations, equations.samples, nothing).solution
    return own


def told_of(blended: Blended, data: FlockData) -> list[Verdict]:
    """Of whom a value of another service is not used."""
    tags = {animal.id: animal.tag or animal.id for animal in data.animals}
    found = verdict(
        "external_without_accuracy", "set_aside", "external values without an accuracy have no weight",
        [tags[each] for each in blended.without_accuracy],
    )  # fmt: skip
    return found + verdict(
        "external_without_news", "set_aside", "external values say no more than relatives and own records do",
        [tags[each] for each in blended.without_news],
    )  # fmt: skip


def files_of(run: FlockEvaluation, *, with_genotypes: bool = True) -> dict[str, str]:
    """The tables and the model that the run was made of, and what it gave, each as the file of its name.

    `./bellwether evaluate` makes the same results of the first three (and of the genotypes, where there are any).
    """
    equations, found = run.equations, run.found
    genotypes = {}
    if found.samples is not None and with_genotypes:
        genotypes = genotypes_of(found.samples, equations.animals)
    made = {name: table.write_csv() for name, table in found.tables.items()}
    return {
        "pedigree.csv": equations.pedigree.text or "",
        "records.csv": equations.records.text or "",
        "model.json": equations.model.text,
        **genotypes,
        **made,
        "report.json": json.dumps(found.report, indent=2) + "\n",
    }


def genotypes_of(samples: Samples, animals: Animals) -> dict[str, str]:
    """The genotypes under the ids of the pedigree, unless they are too many to be kept with every run."""
    packed = samples.genotypes.packed
    if packed.n_animals * packed.n_markers > MOST_KEPT:
        return {}
    ids = animals.ids.gather(samples.genotypes.animal)
    return {"genotypes.csv": dosages_text(ids, samples.markers, packed)}


def equations_of(
    data: FlockData,
    chosen: Chosen,
    plan: Plan,
    genotypes: ReadGenotypes | None = None,
    pseudo: Sequence[PseudoRecord] = (),
) -> Equations:
    """The tables and the model, told or the default one, read as those of a file are; `pseudo` are further records.

    Raises:
        BadInput
    """
    model = told_model(table_of(plan))
    pedigree = _pedigree(data, model)
    records = records_table(data, chosen, plan, pseudo)
    animals = read_pedigree(pedigree, model)
    samples = None
    if genotypes is not None and model.genomic is not None:
        samples = samples_of(genotypes, animals, Path("genotypes"))
        filled, samples = with_samples(model.genomic, model.model, samples, animals, model.path)
        model = replace(model, model=filled)
    return Equations(pedigree, records, model, animals, read_records(records, model, animals), samples)


def table_of(plan: Plan) -> ModelTable:
    """The told model or the default one; of a row of evaluations each checks a few of its approximate reliabilities,
    for each exact one beside them costs as much as a solution."""
    table = plan.told or animal_model(plan)
    table = with_genomic(table) if plan.is_genomic else table.model_copy(update={"genomic": None})
    changes: dict[str, object] = {}
    if plan.external is not None:
        changes["weights"] = WEIGHT
    if plan.is_warm and table.options.reliability == "approximate":
        changes["checked"] = CHECKED_WARM
    if plan.estimates and table.options.estimate == "none":
        changes["estimate"] = "ai-reml"
    return table.model_copy(update={"options": table.options.model_copy(update=changes)}) if changes else table


def _pedigree(data: FlockData, model: ModelFile) -> Table:
    try:
        return pedigree_table(data, model.groups, with_sex=model.genomic is not None)
    except ModelError as error:
        raise refuse(model.path, None, error.code, error.message, error.fix, error.place) from error
