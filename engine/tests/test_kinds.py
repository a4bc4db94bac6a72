"""One pipeline for every kind of genetic block: what it says does not depend on where relationships come from."""

from typing import get_args

import numpy as np
import pytest
from bellwether_engine import Effect, Genomic, Genotypes, Groups, Model, Pedigree, Records, Variances, fit
from bellwether_engine.fitting.genetic.kinds import GENOMIC
from bellwether_engine.genotypes import pack
from bellwether_engine.model.genomic import Method

from .genomic.twins import random_codes

N, N_GENOTYPED = 30, 20
ANIMAL, LITTER = Effect("animal", "additive"), Effect("litter", "random")
METHODS = sorted(set(get_args(Method)))


def solved(values, *, method=None, effect=ANIMAL, with_groups=False):
    rng = np.random.default_rng(5)
    founders = np.arange(N) < 8
    parents = [np.where(founders, -1, rng.integers(0, 4, N) * 2 + sex) for sex in range(2)]
    groups = Groups(*[np.where(p < 0, np.arange(N) % 2, -1) for p in parents], 2) if with_groups else None
    genotyped = rng.permutation(N)[:N_GENOTYPED]
    genotypes = None if method is None else Genotypes(pack(random_codes(rng, N_GENOTYPED, 60)), genotyped)
    genomic = None if method is None else Genomic(method, core=9, ridge=0.01 if method == "gblup" else 0.0)
    variances = Variances(1.0, additive=1.0) if effect is ANIMAL else Variances(1.0, random={"litter": 1.0})
    records = Records(np.append(genotyped, genotyped[:5]), values(rng), {"litter": np.arange(25) // 2})
    model = Model(("y",), (effect,), variances, genomic=genomic)
    return fit(model, records, Pedigree(*parents, groups), genotypes=genotypes)


def test_every_method_has_a_kind():
    assert set(GENOMIC) == set(METHODS) - {"single_step"}


@pytest.mark.parametrize("method", [None, *METHODS])
def test_a_trait_without_variation_is_told_of(method):
    told = solved(lambda _rng: np.full(25, 3.0), method=method).warnings
    assert [notice.code for notice in told] == ["no_variation"]


@pytest.mark.parametrize("method", [None, *METHODS])
def test_what_is_counted(method):
    counts = dict(solved(lambda rng: rng.normal(size=25), method=method).counts)
    of_kind = {"levels.animal": N} if method is None else {"genotyped": N_GENOTYPED, "markers": 60}
    assert of_kind.items() <= counts.items()
    expected = {"animals": N, "founders": 8, "records": 25, "animals_with_records": N_GENOTYPED, "observations": 25}
    assert expected.items() <= counts.items()
    assert ("levels.animal" in counts) == (method is None)


def test_a_model_without_breeding_values():
    found = solved(lambda rng: rng.normal(size=25), effect=LITTER, with_groups=True)
    assert (found.ebv.shape, found.reliability, found.groups, found.columns) == ((N, 0), None, None, ())
    assert len(found.inbreeding) == N
