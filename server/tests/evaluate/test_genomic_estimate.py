"""Variance components of genomic models from files: those that the engine finds in the arrays."""

import numpy as np
import pytest
from bellwether_engine import Effect, Genomic, Genotypes, Model, Options, Pedigree, Records, Variances, fit
from bellwether_engine.genotypes import pack

MODEL = """traits = ["gain"]
effects = [{{name = "animal", kind = "additive"}}]
variances = {{additive = 1.0, residual = 1.0}}
genomic = {{method = "{method}"}}
options = {{estimate = "{estimate}", samples = 10, seed = 3}}
"""
N = 50


@pytest.fixture(scope="module")
def flock():
    """Founders with genotypes, and four records of each: codes, values."""
    rng = np.random.default_rng(6)
    codes = rng.binomial(2, rng.uniform(0.2, 0.8, 80), size=(N, 80)).astype(np.uint8)
    u = (codes - codes.mean(axis=0)) @ rng.normal(size=80) / 6.0
    return codes, np.repeat(u, 4) + rng.normal(size=4 * N)


@pytest.mark.parametrize("estimate", ["ai-reml", "mc-reml"])
@pytest.mark.parametrize("method", ["snpblup", "ssgblup"])
def test_files_give_what_the_arrays_give(method, estimate, flock, evaluate, tmp_path):
    codes, y = flock
    chip = tmp_path / "chip.csv"
    rows = [",".join(map(str, [i + 1, *row])) for i, row in enumerate(codes.tolist())]
    chip.write_text("\n".join([",".join(["animal", *(f"m{j}" for j in range(80))]), *rows]) + "\n")
    pedigree = "animal,sire,dam\n" + "".join(f"{i + 1},0,0\n" for i in range(N))
    records = "animal,gain\n" + "".join(f"{i // 4 + 1},{value!r}\n" for i, value in enumerate(y.tolist()))
    answer = evaluate(
        pedigree, records, MODEL.format(method=method, estimate=estimate), arguments=["--genotypes", str(chip)]
    )
    assert answer.exit_code == 0, answer.stderr
    options = Options(estimate=estimate, samples=10, seed=3)
    variances = Variances(1.0, additive=1.0)
    model = Model(("gain",), (Effect("animal", "additive"),), variances, options, genomic=Genomic(method))
    genotypes = Genotypes(pack(codes), np.arange(N, dtype=np.int32))
    unrelated = Pedigree(np.full(N, -1), np.full(N, -1))
    expected = fit(model, Records(np.repeat(np.arange(N), 4), y), unrelated, genotypes=genotypes).estimates
    table = answer.table("variances")
    found = [part.estimate for part in (*expected.components, *expected.ratios)]
    np.testing.assert_allclose(table["estimate"], found, rtol=1e-12)
    assert table["component"].to_list() == ["additive", "residual", "heritability"]
    assert answer.report["estimation"]["method"] == estimate
    assert answer.report["seed"] == 3
