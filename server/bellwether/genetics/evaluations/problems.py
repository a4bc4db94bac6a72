"""What stops an evaluation, and what is wrong with a request for one."""

from collections.abc import Mapping

from bellwether_engine import EngineError, NotConverged

from bellwether.modelling.findings import BadInput, Finding
from bellwether.modelling.flocks import errors as flocks
from bellwether.modelling.flocks.flock_data import FlockData
from bellwether.platform.problems import Conflict, NotFound, Problem, RowError, Unprocessable


class NoSuchFlock(NotFound):
    """The flock is unknown, or another farm's."""

    code, title = "no_such_flock", "There is no such flock, or it is not yours to see"


class NoSuchEvaluation(NotFound):
    """The evaluation is unknown, or another farm's."""

    code, title = "no_such_evaluation", "There is no such evaluation, or it is not yours to see"


class NoSuchTable(NotFound):
    """The run has no table of this name."""

    code, title = "no_such_table", "This evaluation has no such table: its list of tables names those it has"


class UnknownTrait(Unprocessable):
    """A trait that the dictionary does not have."""

    code, title = "unknown_trait", "There is no such trait: GET /api/v1/genetics/traits lists them"


class TraitWithoutRecords(Unprocessable):
    """A trait was asked for that nothing usable has been recorded for."""

    code, title = "trait_without_records", "A trait has no usable record in this flock"


class TraitWithoutVariance(Unprocessable):
    """A trait's records are all alike, or the dictionary has no variances for it."""

    code, title = "trait_without_variance", "A trait does not vary, so there is nothing to evaluate"


class NothingToEvaluate(Unprocessable):
    """No trait of the flock has enough records."""

    code, title = "nothing_to_evaluate", "No trait of this flock has enough usable records"


class PedigreeContradiction(Unprocessable):
    """A loop, or an animal that is a sire here and a dam there."""

    code, title = "pedigree_contradiction", "The pedigree contradicts itself: correct it, then start again"


class EvaluationRefused(Unprocessable):
    """The engine cannot use the model, the variances or the records."""

    code, title = "evaluation_refused", "The records and the model do not go together"


class EvaluationNotConverged(Unprocessable):
    """The solver did not reach the tolerance: such a run has no breeding values."""

    code, title = "evaluation_not_converged", "The equations were not solved to the tolerance"


class WorkFilesLost(Conflict):
    """The files between two steps have gone or were changed."""

    code, title = "work_files_lost", "The files of this run are gone: start a new evaluation"


class RunSuperseded(Conflict):
    """Another execution of the same job has taken over."""

    code, title = "run_superseded", "Another execution of this run has taken over"


def about_traits(code: str, found: dict[str, str], fix: str) -> list[RowError]:
    """One row error for each trait, `found` giving what is wrong with it."""
    return [RowError(field=trait, code=code, message=message, fix=fix) for trait, message in found.items()]


class WrongModel(Unprocessable):
    """A told model that cannot be carried out: known before the job starts."""

    code, title = "wrong_model", "The model cannot be carried out"


def of_input(error: BadInput, data: FlockData) -> Problem:
    """The problem document of tables, a model or genotypes that cannot be used; a pedigree's animals by their tags."""
    cause = error.__cause__
    contradictions = [found for found in error.findings if found.animals]
    if contradictions:
        tags = {animal.id: animal.tag or animal.id for animal in data.animals}
        rows = [
            RowError(field=tags.get(name, name), code=found.code, message=told_by_tags(found, tags), fix=found.fix)
            for found in contradictions
            for name in found.animals
        ]
        return PedigreeContradiction(rows[0].message, errors=rows)
    if isinstance(cause, EngineError):
        rows = [RowError(field=cause.place, code=cause.code, message=cause.message, fix=cause.fix)]
        kind = EvaluationNotConverged if isinstance(cause, NotConverged) else EvaluationRefused
        return kind(cause.message, errors=rows)
    return EvaluationRefused(counted(error), errors=rows_of(error))


def counted(error: BadInput) -> str:
    """What is wrong first, and how much is wrong where the rows do not list all of it."""
    told = error.told()
    return f"{error}; {told}" if told else str(error)


def told_by_tags(found: Finding, tags: Mapping[str, str]) -> str:
    """What contradicts itself, without lines of a file that the farmer has never seen."""
    names = [tags.get(name, name) for name in found.animals]
    if found.code == "sire_is_dam":
        return f"{names[0]} is a sire here and a dam there"
    if len(names) == 1:
        return f"{names[0]} is its own parent"
    return f"a loop, each animal followed by its parent: {' -> '.join([*names, names[0]])}"


def rows_of(error: BadInput, prefix: str = "") -> list[RowError]:
    """Each finding as a row: field, rule and remedy."""
    return [
        RowError(
            field=f"{prefix}{found.field}" if found.field else None,
            code=found.code,
            message=found.message,
            fix=found.fix,
        )
        for found in error.findings
    ]


def of_flock(error: flocks.CannotEvaluate) -> Problem:
    """The problem document of a flock that cannot be evaluated."""
    kinds: dict[type[flocks.CannotEvaluate], type[Problem]] = {
        flocks.TraitWithoutRecords: TraitWithoutRecords,
        flocks.TraitWithoutVariance: TraitWithoutVariance,
    }
    kind = kinds.get(type(error), NothingToEvaluate)
    return kind(str(error), errors=about_traits(error.code, error.about, error.fix))
