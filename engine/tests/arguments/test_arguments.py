"""Wrong arguments of every public function and class are refused by name: no traceback of a library, no number."""

import inspect
import re
import warnings

import pytest
from bellwether_engine import EngineError

from ..test_docstrings import CLASSES, FUNCTIONS
from .cases import CASES
from .wrong import wrong_values

#: what functions give back, and what nobody fills in
GIVEN_BACK = {
    "Accuracy", "AncestorContributions", "AnimalQuality", "Association", "Completeness", "Conflicts", "Convergence",
    "EbvParts", "EngineError", "Estimates", "Fit", "FixedSolution", "Frontier",
    "GenerationIntervals", "GeneticColumn", "GenomicSolution",
    "GroupSolution", "IdentityByDescent", "ImputationAccuracy", "Imputed", "LrStatistic", "LrValidation",
    "MarkerQuality", "MatePlan", "MatingNumbers", "MemoryEstimate", "MinimumCoancestry", "ModelError", "NotConverged",
    "Notice", "OptimalContributions", "ParentClaim", "PedigreeError", "Progeny", "Provenance",
    "PseudoRecords", "RandomSolution",
    "ReliabilityCheck", "ReliabilityClass", "Runs", "SelectionIndex", "SexCheck", "SimulatedFlocks", "Solution",
    "StructureEstimate", "ThresholdSolution", "VariantGenotypes", "VarianceEstimate",
}  # fmt: skip
PUBLIC = {name.rpartition(".")[2]: value for name, value in (FUNCTIONS | CLASSES).items()}


def defaults(name):
    """Arguments of a public function or class with their defaults."""
    called = PUBLIC.get(name.partition(".")[0], CASES[name].call)
    return {key: p.default for key, p in inspect.signature(called).parameters.items()}


def wrong():
    """Each wrong value of each argument of each case."""
    for name, case in CASES.items():
        known = defaults(name)
        for argument, right in case.right.items():
            kinds = {} if right is None else wrong_values(right)
            if known.get(argument, 0) is None:
                kinds.pop("nothing", None)
            kinds |= {f"more{i}": value for i, value in enumerate(case.more.get(argument, ()))}
            for kind, value in kinds.items():
                if (argument, kind) not in case.fine:
                    yield pytest.param(case, argument, kind, value, id=f"{name}-{argument}-{kind}")


@pytest.mark.parametrize("name", CASES)
def test_the_right_arguments_are_taken(name):
    case = CASES[name]
    right = {key: value for key, value in case.right.items() if key != "genomic"}
    case.call(**right)


@pytest.mark.parametrize(("case", "argument", "kind", "value"), list(wrong()))
def test_a_wrong_argument_is_refused_by_name(case, argument, kind, value):
    right = {key: given for key, given in case.right.items() if key != "genomic"}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(EngineError) as caught:
            case.call(**(right | {argument: value}))
    error = caught.value
    # where lengths differ, either may be the wrong one
    names = case.right if kind in ("longer", "empty") else (argument,)
    assert any(re.search(rf"\b{name}\b", f"{error.place} {error.message}") for name in names), str(error)
    assert error.code
    assert error.fix


def test_every_public_name_has_a_case():
    """Each argument too; a new one is added to `cases` before it is public."""
    tried = {name.partition(".")[0] for name in CASES}
    assert set(PUBLIC) - tried - GIVEN_BACK == set()
    for name in set(PUBLIC) & tried:
        given = {key for one, case in CASES.items() if one.partition(".")[0] == name for key in case.right}
        missing = set(inspect.signature(PUBLIC[name]).parameters) - given - {"basis", "residual_class"}
        assert missing == set(), name
