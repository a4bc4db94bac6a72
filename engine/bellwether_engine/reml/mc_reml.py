"""Monte Carlo REML: the rounds of AI-REML with sampled traces; nothing is factorised."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..errors import NotConverged, reml_not_converged
from ..model.options import Options
from ..parallel.workers import Workers
from ..pedigree.sampling import Sampler
from ..solution.estimates import Estimates, Round
from .estimates import estimates_of, excess_by_sampling
from .identify import without_information
from .region import Region, slope_at
from .sampled import SampledState, Sampling, sample
from .start import region_of
from .state import Problem
from .steps import EARLY, advance, relative_change

Floats = NDArray[np.float64]
MAXIMUM_ROUNDS = 100
NOTHING = 1e-8
FIRST, TIMES = 10, 4
CLOSE, ARRIVED = 0.5, 0.1
OVERSHOOT = -0.5
SHORTER, LEAST_PART = 4, 0.5
ROUNDING = 1e-3
LEAST = 1e-5


def mc_reml(
    problem: Problem,
    start: Floats,
    traits: tuple[str, ...],
    options: Options,
    sampler: Sampler | None,
    tell: Callable[[float, str], None],
) -> tuple[Estimates, SampledState]:
    """Estimate by sampled scores.

    Every round solves the equations by PCG for the records, for the working variates (which give the exact average
    information) and for samples of the model. The samples have the same random numbers in all rounds, so that the
    rounds converge: first with 10 samples, then with four times as many, up to ``options.samples``, each time once
    the optimum of these samples is nearer than half their Monte Carlo error. The last stage stops at a tenth of it, or
    nearer than the whole where no step is better or 100 rounds were made: the stated error holds what is left.
    A step that overshoots (the slope along it turns by more than half) goes back to where the slope is 0. Steps
    to the edge of the space keep a tenth of each matrix, until the optimum is nearer than the Monte Carlo error.

    Parameters
    ----------
    problem : Problem
    start : float64, shape (n_parameters,)
    traits : tuple of str
    options : Options
        ``samples``, ``seed``, ``threads``, ``maximum_iterations``.
    sampler : callable(generator, width), optional
    tell : callable(share, step)

    Raises
    ------
    NotConverged
        ``reml_not_converged``; ``not_converged`` by the PCG at the start values.

    References
    ----------
    Garcia-Cortes et al. 1992, J Anim Breed Genet 109:358; Matilainen et al. 2012, J Dairy Sci 95:3918 (MC EM);
    Matilainen et al. 2013, PLoS ONE 8:e80821 (MC AI); Bermann et al. 2025, Genet Sel Evol 57.
    """
    workers = Workers(options.threads)
    sampling = Sampling(sampler, options.seed, workers, options.maximum_iterations)
    region = region_of(problem, np.zeros(len(start), dtype=bool), LEAST)
    state = sample(problem, region.lifted(start), sampling, min(FIRST, options.samples))
    fixed, notices = without_information(state, NOTHING)
    region = region_of(problem, fixed, LEAST)
    state, rounds, change = _iterate(state, region, options.samples, tell)
    estimates = estimates_of(
        "mc-reml", problem, slope_at(state, region), traits, options.seed,
        rounds=tuple(rounds), change=change, notices=notices, noise=state.noise, samples=state.n_samples,
    )  # fmt: skip
    return estimates, state


def _iterate(
    state: SampledState, region: Region, n_samples: int, tell: Callable[[float, str], None]
) -> tuple[SampledState, list[Round], float]:
    rounds: list[Round] = []
    change = np.inf
    while True:
        tell(0.25 - 0.1 / (1 + len(rounds)), "estimate")
        slope = slope_at(state, region)
        distance = slope.in_standard_errors
        error = float(np.sqrt(excess_by_sampling(slope.covariance(), state.noise)))
        is_last = state.n_samples >= n_samples
        if len(rounds) == MAXIMUM_ROUNDS:
            break
        is_there = distance <= max((ARRIVED if is_last else CLOSE) * error, ROUNDING)
        # far from the optimum the information says little of where it meets the edge
        early = EARLY if distance < error else 0
        taken = None if is_there else advance(state, slope, early, _not_beyond(state))
        if taken is None and distance > max(error, ROUNDING):
            raise reml_not_converged("no step raises the likelihood: the model is ill-conditioned")
        if taken is None and is_last:
            return state, rounds, change
        if taken is None:
            rounds.append(Round(np.nan, distance, "samples", state.n_samples))
            state.draw(min(n_samples, TIMES * state.n_samples))
            continue
        rounds.append(Round(np.nan, distance, taken[1], state.n_samples))
        change = relative_change(region.components, state.theta, taken[0].theta)
        state = taken[0]
    if is_last and distance <= error:
        return state, rounds, change
    message = f"no convergence after {MAXIMUM_ROUNDS} rounds: {distance:.3g} standard errors away, of which sampling "
    raise reml_not_converged(f"{message}makes {error:.3g}")


def _not_beyond(before: SampledState) -> Callable[[Floats], SampledState | None]:
    """Take a step up to where the slope along it turns."""

    def reach(theta: Floats) -> SampledState | None:
        step = theta - before.theta
        rise = float(before.score @ step)
        if not rise >= 0.0:
            return None
        for _ in range(SHORTER):
            try:
                reached = sample(before.problem, before.theta + step, before.sampling, before.n_samples)
                after = float(reached.score @ step)
            except (NotConverged, np.linalg.LinAlgError):
                return None
            if after >= OVERSHOOT * rise:
                return reached
            part = max(LEAST_PART, rise / (rise - after))
            step, rise = part * step, part * rise
        return None

    return reach
