"""A small flock with genotypes and records, and what is done with parts of it: the right arguments of the cases."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace

import bellwether_engine as engine
import numpy as np
from bellwether_engine import (
    Effect,
    Genotypes,
    Model,
    Options,
    Pedigree,
    Records,
    Relationship,
    Variances,
    genotypes,
    relationships,
    selection,
    simulation,
)

RNG = np.random.default_rng(5)
CODES = RNG.integers(0, 3, (8, 12))
PACKED = genotypes.pack(CODES)
BITS = genotypes.genotype_bits(PACKED)
Z = relationships.centre(PACKED)
SIRE, DAM = np.array([-1, -1, -1, 0, 0, 0, 0, 3], np.int32), np.array([-1, -1, -1, 1, 1, 2, 2, 2], np.int32)
PEDIGREE = Pedigree(SIRE, DAM)
F = PEDIGREE.inbreeding()
A = Relationship(PEDIGREE, F)
GENOTYPED = Genotypes(PACKED, np.arange(8))
Y = RNG.normal(size=8)
HERD = np.array([0, 0, 1, 1, 0, 0, 1, 1])
RECORDS = Records(np.arange(8), Y, {"herd": HERD})
EFFECTS = (Effect("herd", "fixed"), Effect("animal", "additive"))
VARIANCES = Variances(6.0, additive=4.0)
MODEL = Model(("y",), EFFECTS, VARIANCES)
TWO = np.array([[4.0, 1.0], [1.0, 3.0]])
CROOKED, INDEFINITE, NEGATIVE = np.array([[4.0, 1.0], [2.0, 3.0]]), np.array([[1.0, 2.0], [2.0, 1.0]]), -TWO
MATRICES = (CROOKED, INDEFINITE, NEGATIVE)
SHARE = np.full(12, 0.4)
OUTSIDE = (np.full(12, -0.1), np.full(12, 1.1))
CHROMOSOME, BP = np.repeat([1, 2], 6), np.tile(np.arange(1, 7) * 1000, 2)
MALE = np.array([True, False, False, True, False, True, False, True])
CANDIDATES = selection.Candidates(A, np.arange(8), MALE, Y)
OPTIMUM = selection.optimal_contributions(CANDIDATES, 0.4)
GENES = simulation.GeneMap(np.array([0, 3]), np.array([0.1, 0.2, 0.3]), np.zeros(3, dtype=bool), np.full(3, 0.5))
CALLS = np.array([[0, 1, 0], [1, 1, 1]], dtype=np.int16)
SITE = SimpleNamespace(CHROM="1", POS=77, ID="s", REF="A", ALT=["G"], genotype=SimpleNamespace(array=lambda: CALLS),
                       FORMAT=["GT"], format=lambda _: None)  # fmt: skip
Wrong = tuple[object, ...]


@dataclass
class Case:
    """What is called, with which arguments."""

    call: Callable[..., object]
    right: dict[str, object]
    more: dict[str, Wrong] = field(default_factory=dict)
    fine: frozenset[tuple[str, str]] = frozenset()


def case(call, more=None, fine=(), **right):
    """A case; `fine` as ``argument.kind``."""
    return Case(call, right, more or {}, frozenset(tuple(one.split(".")) for one in fine))


def fitted(**parts):
    """Fit a model of which a part is tried."""
    return engine.fit(
        Model(**({"traits": ("y",), "effects": EFFECTS, "variances": VARIANCES} | parts)), RECORDS, PEDIGREE
    )


def with_option(**options):
    """Fit with options."""
    return fitted(options=Options(**options))


def with_variance(**variances):
    """Fit with variances of effects that the model has."""
    random = Effect("herd", "random")
    effects = (Effect("animal", "additive"), Effect("animal", "permanent"), Effect("animal", "permanent_dam"), random)
    given = {"residual": 6.0, "additive": 4.0, "permanent": 1.0, "permanent_dam": 1.0, "random": {"herd": 1.0}}
    return fitted(effects=effects, variances=Variances(**(given | variances)))


def with_maternal(**variances):
    """Fit a maternal model."""
    effects = (Effect("animal", "additive"), Effect("dam", "maternal"))
    return fitted(effects=effects, variances=Variances(6.0, **variances))


def with_records(**parts):
    """Fit with records."""
    given = {"animal": np.arange(8), "values": Y, "columns": {"herd": HERD}} | parts
    return engine.fit(MODEL, Records(**given), PEDIGREE)


def mated(**rules):
    """Mate three rams and four ewes."""
    return selection.allocate_mates(np.ones((3, 4)), np.zeros((3, 4)), selection.MatingRules(**rules))


def chosen(**parts):
    """Choose among candidates."""
    return selection.optimal_contributions(selection.Candidates(**parts), 0.4)


def simulated(**parts):
    """Simulate by a design of traits."""
    flocks = simulation.FlockDesign(n_flocks=2, ewes_per_flock=4, rams_per_flock=1, n_years=3, n_link_rams=1)
    given = {"traits": ("a", "b"), "genetic": TWO, "residual": TWO} | parts
    return simulation.simulate_flocks(flocks, simulation.TraitDesign(**given), seed=1)
