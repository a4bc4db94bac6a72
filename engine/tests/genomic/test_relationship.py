"""Products on packed data, G, and the published G."""

import numpy as np
import pytest
from bellwether_engine import ModelError
from bellwether_engine.genotypes import pack
from bellwether_engine.relationships import allele_frequencies, centre, genomic_relationship
from bellwether_engine.relationships import genomic as relationship

from ..twins import case
from .twins import bulls, dense_z, random_codes


@pytest.mark.parametrize("n", [1, 5, 6, 7, 8, 2100])
@pytest.mark.parametrize("method", ["vanraden1", "vanraden2"])
def test_products_are_those_of_the_full_matrix(n, method):
    rng = np.random.default_rng(n)
    codes = random_codes(rng, n + 3, 150)
    z, full = centre(pack(codes), relationship=method), dense_z(codes, relationship=method)
    v, u = rng.normal(size=(150, 2)), rng.normal(size=(n + 3, 2))
    np.testing.assert_allclose(z.product(v), full @ v, atol=1e-12)
    np.testing.assert_allclose(z.product(v[:, 0]), full @ v[:, 0], atol=1e-12)
    np.testing.assert_allclose(z.transposed_product(u), full.T @ u, atol=1e-12)
    np.testing.assert_allclose(z.decode(3, 90), full[:, 3:90], atol=1e-15)
    np.testing.assert_allclose(z.squares(), (full**2).sum(axis=1), atol=1e-12)


def test_threads_do_not_change_the_answer(monkeypatch):
    rng = np.random.default_rng(1)
    codes = random_codes(rng, 5000, 130)
    z, v, u = centre(pack(codes)), rng.normal(size=130), rng.normal(size=5000)
    several = z.product(v), z.transposed_product(u)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0})
    np.testing.assert_array_equal(z.product(v), several[0])
    np.testing.assert_array_equal(z.transposed_product(u), several[1])


@pytest.mark.parametrize("method", ["vanraden1", "vanraden2"])
def test_relationship_in_tiles(monkeypatch, method):
    monkeypatch.setattr(relationship, "MARKER_TILE", 37)
    monkeypatch.setattr(relationship, "ANIMAL_TILE", 7)
    codes = random_codes(np.random.default_rng(2), 30, 200)
    z, full = centre(pack(codes), relationship=method), dense_z(codes, relationship=method)
    np.testing.assert_allclose(genomic_relationship(z), full @ full.T, atol=1e-12)
    np.testing.assert_allclose(genomic_relationship(z, dtype=np.float32), full @ full.T, atol=2e-6)


@pytest.mark.reference("mrode_gblup")
def test_published_relationship():
    data = case("mrode_gblup")
    packed, _ = bulls(data)
    g = genomic_relationship(centre(packed))
    np.testing.assert_allclose(g, data["computed_G"], atol=1e-12)
    np.testing.assert_allclose(g[:, 0], data["expected"]["G_first_column"], atol=0.0006)


def test_frequencies():
    codes = np.array([[0, 3], [1, 3], [3, 3]])
    with pytest.raises(ModelError) as refusal:
        allele_frequencies(pack(codes))
    assert (refusal.value.code, refusal.value.positions) == ("no_calls", (1,))
    with pytest.raises(ModelError) as refusal:
        centre(pack(codes[:, :1]), np.array([1.5]))
    assert refusal.value.code == "frequency"
    with pytest.raises(ModelError) as refusal:
        centre(pack([[2], [2]]))
    assert refusal.value.code == "no_variation"


def test_too_many_animals_for_a_dense_matrix(monkeypatch):
    monkeypatch.setattr(relationship, "DENSE_LIMIT", 2)
    with pytest.raises(ModelError) as refusal:
        genomic_relationship(centre(pack([[0], [1], [2]])))
    assert refusal.value.code == "too_large"
