"""Use-cases of index weights."""

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

import numpy as np
from bellwether_engine import EngineError
from bellwether_engine.selection.index import SelectionIndex, desired_gains_index, economic_index, restricted_index
from numpy.typing import NDArray

from bellwether.genetics.breeding_values import service as breeding_values
from bellwether.genetics.index_weights import repository
from bellwether.genetics.index_weights.problems import NoSuchWeights, NoVariances, WrongWishes
from bellwether.genetics.index_weights.schemas import IndexWeights, TraitResponse, WeightsOf, Wish
from bellwether.genetics.indexes.schemas import Weight
from bellwether.genetics.rankings import repository as runs
from bellwether.genetics.rankings.problems import TraitsNotInRun
from bellwether.genetics.rankings.service import genetic_variances
from bellwether.platform.database.transactions import Session

Matrix = NDArray[np.float64]
NOTHING = 1e-12


class Known(NamedTuple):
    """What a run tells of some traits: genetic (co)variances, mean reliabilities, and of how many animals."""

    run_id: UUID
    genetic: Matrix
    reliability: Matrix
    n_animals: int

    @property
    def of_values(self) -> Matrix:
        """(Co)variances of breeding values, which are those with the true ones: ``r_i g_ij r_j``, r the accuracies."""
        accuracy = np.sqrt(self.reliability)
        return accuracy[:, None] * self.genetic * accuracy


async def weights(session: Session, asked: WeightsOf) -> IndexWeights:
    """The weights of breeding values that do what is wanted, and what selection by them brings.

    Raises:
        WrongWishes, RunOrFlock, NotEvaluated, TraitsNotInRun, NoVariances, NoSuchWeights
    """
    if wrong := list(misfits(asked)):
        raise WrongWishes(wrong)
    known = await known_of(session, asked)
    try:
        found = index_of(asked, known)
    except EngineError as error:
        raise NoSuchWeights(error.message, error.fix) from error
    traits = [wish.trait for wish in asked.traits]
    scale = float(np.abs(found.weights).max())
    return IndexWeights(
        run_id=known.run_id,
        method=asked.method,
        n_animals=known.n_animals,
        weights=[
            Weight(trait=trait, weight=float(weight))
            for trait, weight in zip(traits, found.weights, strict=True)
            if abs(weight) > NOTHING * scale
        ],
        response=[
            TraitResponse(trait=trait, gain=float(gain), mean_reliability=float(reliability))
            for trait, gain, reliability in zip(traits, found.response, known.reliability, strict=True)
        ],
        standard_deviation=found.standard_deviation,
        accuracy=None if np.isnan(found.accuracy) else found.accuracy,
    )


def misfits(asked: WeightsOf) -> Iterator[tuple[int, str, str]]:
    """Traits of which something is said that the method does not take, or not what it needs."""
    wants_gains = asked.method == "desired_gains"
    named: set[str] = set()
    for row, wish in enumerate(asked.traits):
        if wish.trait in named:
            yield row, "trait", f"{wish.trait} is named before"
        named.add(wish.trait)
        yield from ((row, field, text) for field, text in misfit(wish, wants_gains, asked.method == "restricted"))
    if asked.method == "restricted" and not any(wish.is_unchanged for wish in asked.traits):
        yield 0, "is_unchanged", "no trait is to stay as it is: that is the method economic"


def misfit(wish: Wish, wants_gains: bool, may_hold: bool) -> Iterator[tuple[str, str]]:
    """What is wrong with one of them."""
    if wants_gains and wish.gain is None:
        yield "gain", f"{wish.trait} has no gain"
    if wants_gains and wish.value is not None:
        yield "value", f"{wish.trait} has a value, which desired gains do not take"
    if not wants_gains and wish.gain is not None:
        yield "gain", f"{wish.trait} has a gain, which desired_gains alone take"
    if not wants_gains and wish.value is None and not wish.is_unchanged:
        yield "value", f"{wish.trait} has no value"
    if wish.is_unchanged and not may_hold:
        yield "is_unchanged", f"{wish.trait} is to stay as it is, which restricted alone takes"


async def known_of(session: Session, asked: WeightsOf) -> Known:
    """What the run tells of the traits.

    Raises:
        RunOrFlock, NotEvaluated, TraitsNotInRun, NoVariances
    """
    run = await breeding_values.run_for(session, run_id=asked.run_id, flock_id=asked.flock_id, trait=None)
    traits = [wish.trait for wish in asked.traits]
    if missing := [trait for trait in traits if trait not in run.traits]:
        raise TraitsNotInRun(missing, run.traits, "traits")
    farm_id, variances = await runs.run(session, run.id)
    genetic = genetic_variances(variances, run.traits, traits)
    if genetic is None:
        message = "the run has no matrix of genetic variances of direct effects alone"
        raise NoVariances(message, "take a run of a model with the variances additive")
    found = await repository.reliabilities(session, farm_id, run.id, traits, asked.born_from, asked.flock_id)
    known = [each for trait in traits if (each := found.get(trait)) is not None]
    if len(known) < len(traits):
        message = "some of these animals have no reliability, or there is none of them"
        raise NoVariances(message, "evaluate with reliabilities, or begin with an earlier drop in born_from")
    return Known(run.id, genetic, np.array([mean for mean, _ in known]), known[0][1])


def index_of(asked: WeightsOf, known: Known) -> SelectionIndex:
    """By the engine: the sources are the breeding values themselves.

    Raises:
        NoSuchWeights
    """
    p = known.of_values
    if asked.method == "desired_gains":
        return desired_gains_index(p, p, [wish.gain or 0.0 for wish in asked.traits])
    value = [wish.value or 0.0 for wish in asked.traits]
    if not any(value):
        raise NoSuchWeights("no trait is worth anything", "give the value of a unit of at least one trait")
    if asked.method == "economic":
        return economic_index(p, p, known.genetic, value)
    held = [place for place, wish in enumerate(asked.traits) if wish.is_unchanged]
    return restricted_index(p, p, known.genetic, value, held)
