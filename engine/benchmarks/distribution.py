"""Products on two workers of a Dask scheduler on this machine, beside the threads of one process.

    python engine/benchmarks/distribution.py [--to 1000000] [--only STEP] [--quick] [--json]

The peer is the engine itself with its threads. Both have the same cores, so the ratio shows what the transport costs;
it rises above 1 only where the workers have cores of their own. The answers must have the same bits.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from bellwether_engine.equations.blocks import fixed_blocks, random_blocks
from bellwether_engine.equations.constraints import find_constraints
from bellwether_engine.equations.design import build_design
from bellwether_engine.equations.equations import Equations, build_equations
from bellwether_engine.genotypes.packed import PackedGenotypes
from bellwether_engine.parallel.dask_executor import connect
from bellwether_engine.parallel.executor import Executor
from bellwether_engine.pedigree.structure import FormedInverse
from bellwether_engine.relationships.centred import centre
from bellwether_engine.solving.pcg import solve_pcg
from bellwether_engine.solving.results import genetic_scale
from rows import Case, Given, Row, check, main, peak_mib, timed
from scale import SEED, animal_model, flock_book, true_values, weights_of

THREADS = "threads of one process"


def equations_of(n: int) -> Equations:
    """The equations of the animal model of `scale`."""
    pedigree, model = flock_book(n), animal_model()
    records = weights_of(pedigree, true_values(pedigree, None, 1.0, SEED)[:, 0])
    random, _ = random_blocks(model.effects, model.traits, records, pedigree)
    design = build_design(fixed_blocks(model.effects, model.traits, records), random, records, model.variances)
    constrained = find_constraints(design, model.traits).constrained
    return build_equations(design, constrained, FormedInverse(pedigree.a_inverse(None)))


def pcg(n: int) -> Row:
    """A whole solution by PCG; the blocks are sent in its time."""
    equations = equations_of(n)
    scale = genetic_scale(equations)

    def solve(executor: Executor | None) -> tuple[np.ndarray, int]:
        x, convergence = solve_pcg(equations, scale, 1e-6, 5000, lambda _share: None, executor=executor)
        return x, convergence.iterations

    solve(None)
    alone, (x, iterations) = timed(lambda: solve(None))
    with two_workers() as executor:
        solve(executor)
        seconds, (other, _) = timed(lambda: solve(executor))
    check(np.array_equal(x, other), "the workers' solution has the bits of the threads'")
    remark = (
        f"{iterations} iterations of {1e3 * seconds / iterations:.0f} ms, by threads {1e3 * alone / iterations:.0f}"
    )
    return Row("PCG by two workers", f"{n:,}", seconds, peak_mib(), None, None, THREADS, alone, remark, n)


def genotypes(n_animals: int, n_markers: int) -> list[Row]:
    """Z v and Z' u on random genotypes."""
    rng = np.random.default_rng(1)
    data = rng.integers(0, 256, (n_markers, n_animals // 4), dtype=np.uint8)
    z = centre(PackedGenotypes(data, n_animals))
    v, u = rng.normal(size=n_markers), rng.normal(size=n_animals)
    size = f"{n_animals:,} x {n_markers:,}"
    with two_workers() as executor:
        there = replace(z, executor=executor)
        return [
            _row("Z v by two workers", size, there.product, z.product, v),
            _row("Z' u by two workers", size, there.transposed_product, z.transposed_product, u),
        ]


def _row(step: str, size: str, there: object, here: object, vector: np.ndarray) -> Row:
    assert callable(there)
    assert callable(here)
    here(vector)
    there(vector)
    alone, answer = timed(lambda: here(vector), 9)
    seconds, other = timed(lambda: there(vector), 9)
    check(np.array_equal(answer, other), "the workers' product has the bits of the threads'")
    return Row(step, size, seconds, peak_mib(), None, None, THREADS, alone)


@contextmanager
def two_workers() -> Iterator[Executor]:
    """Two processes with a thread each."""
    from distributed import LocalCluster

    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", host="127.0.0.1"
        ) as cluster,
        connect(cluster.scheduler_address) as executor,
    ):
        yield executor


def cases(given: Given) -> list[Case]:
    """Two sizes of each product."""
    sizes = [n for n in (20_000, 200_000, 1_000_000) if n <= given.to and (n <= 20_000 or not given.quick)]
    shapes = [(2_000, 5_000)] if given.quick else [(10_000, 50_000)]
    return [
        *(Case("PCG by two workers", f"{n:,}", pcg, (n,)) for n in sizes),
        *(Case("Z v and Z' u by two workers", f"{n:,} x {m:,}", genotypes, (n, m)) for n, m in shapes),
    ]


if __name__ == "__main__":
    main(__doc__, cases)
