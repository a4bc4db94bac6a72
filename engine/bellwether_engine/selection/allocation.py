"""Mate allocation: which ewe goes to which ram."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import checked, floats, instance, number, optional
from ..errors import EngineError, ModelError, NotConverged
from .linear import LinearAnswer, solve_linear
from .rules import PLACE, Flags, MatingRules, Whole
from .transport import explain, price_bound, rams_at_groups, set_program, transport

Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MatePlan:
    """A ram for each ewe, with the proof that no other plan is better.

    Attributes
    ----------
    ram : int64, shape (n_ewes,)
        Row of the ram in `index` and `inbreeding`.
    ewes_per_ram : int64, shape (n_rams,)
    inbreeding : float64, shape (n_ewes,)
        Of the lambs.
    value : float
        Sum over ewes of ``index - penalty F``.
    bound : float
        No plan within the rules has a value above it. For a linear program it is computed from the rams' prices alone;
        for an integer program it is the solver's.
    gap : float
        ``bound - value``.
    ram_price : float64, shape (n_rams,)
        Value of one more place with each ram (below 0: cost of its minimum), given the rams of each group.
    method : str
        ``linear program`` or ``integer program``.
    """

    ram: Whole
    ewes_per_ram: Whole
    inbreeding: Matrix
    value: float
    bound: float
    gap: float
    ram_price: Matrix
    method: str


@checked(
    index=floats("r", "e"),
    inbreeding=floats("r", "e", low=0.0, high=1.0),
    rules=optional(instance(MatingRules)),
    penalty=number(),
)
def allocate_mates(
    index: ArrayLike, inbreeding: ArrayLike, rules: MatingRules | None = None, *, penalty: float = 0.0
) -> MatePlan:
    """The plan with the largest sum of ``index - penalty F`` in which every ewe is mated once.

    A plan with limits on rams alone is a transportation problem, whose linear program has whole numbers; limits on the
    number of rams in a group, and minima that hold only for rams in use, make it an integer program.

    Parameters
    ----------
    index : float64, shape (n_rams, n_ewes)
        Expected index of the lambs, for example ``expected_progeny(...).ebv @ weights``.
    inbreeding : float64, shape (n_rams, n_ewes)
        F of the lambs: ``expected_progeny(...).inbreeding``.
    rules : MatingRules, optional
    penalty : float
        lambda, in units of the index per unit of F (1.0 is complete inbreeding).

    Raises
    ------
    ModelError
        ``shape``, ``not_finite``, ``limits``, ``carriers``, ``flags``; ``ewe_cannot_be_mated``, with the ewes in
        `positions` and the reason in the message; ``ram_minimum``: the minima of the rams cannot all be met;
        ``no_plan``: they can, but not together with the limit on the rams of a group.
    NotConverged
        The integer program ended without a plan.

    References
    ----------
    Jansen and Wilton 1985, J Dairy Sci 68:1302 (linear programming of matings); Toro and Perez-Enciso 1990, GSE 22:93.

    Examples
    --------
    Two rams for three ewes; the better ram is the brother of the last ewe:

    >>> index = np.array([[3.0, 2.5, 2.0], [2.0, 1.5, 1.0]])
    >>> inbreeding = np.array([[0.0, 0.0, 0.25], [0.0, 0.0, 0.0]])
    >>> plan = allocate_mates(index, inbreeding, MatingRules(ram_maximum=2), penalty=8.0)
    >>> plan.ram, plan.value, plan.gap
    (array([0, 0, 1]), 6.5, 0.0)
    """
    rules = rules or MatingRules()
    v, f = np.asarray(index, dtype=np.float64), np.asarray(inbreeding, dtype=np.float64)
    worth, permitted = v - penalty * f, rules.permitted(f)
    low, high = rules.capacity(*v.shape)
    group = rules.groups(v.shape[1])
    if rules.rams_per_group is None and not rules.is_minimum_if_used:
        return _plan(worth, f, permitted, low, high)
    return _plan_with_sets(worth, f, permitted, low, high, group, rules)


def _plan(worth: Matrix, f: Matrix, permitted: Flags, low: Whole, high: Whole) -> MatePlan:
    ram, ewe = np.nonzero(permitted)
    answer = solve_linear(transport(worth, ram, ewe, low, high))
    if not len(answer.x):
        explain(permitted, low, high)
        raise _no_plan(answer)
    chosen = np.full(worth.shape[1], -1, dtype=np.int64)
    chosen[ewe[answer.x > 0.5]] = ram[answer.x > 0.5]
    price = answer.prices[worth.shape[1] :]
    bound = price_bound(worth, permitted, low, high, price)
    value = float(worth[chosen, np.arange(len(chosen))].sum())
    return MatePlan(
        ram=chosen,
        ewes_per_ram=np.bincount(chosen, minlength=len(low)),
        inbreeding=f[chosen, np.arange(len(chosen))],
        value=value,
        bound=bound,
        gap=bound - value,
        ram_price=price,
        method="linear program",
    )


def _plan_with_sets(
    worth: Matrix, f: Matrix, permitted: Flags, low: Whole, high: Whole, group: Whole, rules: MatingRules
) -> MatePlan:
    """Choose the rams of each group (and in use) by an integer program, then the pairs among them."""
    answer = solve_linear(set_program(worth, permitted, low, high, group, rules))
    if not len(answer.x):
        explain(permitted, np.zeros_like(low) if rules.is_minimum_if_used else low, high)
        raise _no_plan(answer)
    at = rams_at_groups(answer.x, permitted, group)
    is_used = at.any(axis=1)
    plan = _plan(worth, f, permitted & at[:, group], np.where(is_used, low, 0), np.where(is_used, high, 0))
    return replace(plan, bound=answer.bound, gap=answer.bound - plan.value, method="integer program")


def _no_plan(answer: LinearAnswer) -> EngineError:
    if answer.status == "Infeasible":
        message = "the limits of the rams, taken together with the rams that each group may have, leave no plan"
        fix = "Allow more rams in a group, or widen the limits of the rams"
        return ModelError("no_plan", message, place=PLACE, fix=fix)
    message = f"no plan was found (the solver says {answer.status})"
    return NotConverged("not_converged", message, place=PLACE, fix="Relax the rules, or divide the flock")
