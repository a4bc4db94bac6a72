"""Evaluations on the workers of a Dask scheduler: the bits of the threads, whatever happens to a worker."""

import operator
import os
import signal
import socket
import sys

import numpy as np
import pytest
from bellwether_engine import (
    Effect,
    Genomic,
    Genotypes,
    Model,
    ModelError,
    Options,
    Records,
    Variances,
    fit,
)
from bellwether_engine.genotypes.packed import pack
from bellwether_engine.parallel import dask_executor
from bellwether_engine.parallel.dask_executor import connect

from .conftest import local_cluster
from .test_scale import EFFECTS, VARIANCES, flock

PCG = Options(solver="pcg", reliability="none")
distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def national():
    """Model, records and pedigree whose products have several blocks."""
    pedigree, records = flock(100_000)
    return Model(("a", "b"), EFFECTS, VARIANCES, PCG), records, pedigree


@pytest.fixture(scope="module")
def by_threads(national):
    return fit(*national).ebv


def test_an_evaluation_has_the_bits_of_the_threads(cluster, national, by_threads):
    with connect(cluster.scheduler_address) as executor:
        solution = fit(*national, executor=executor)
    np.testing.assert_array_equal(solution.ebv, by_threads)


def test_genotypes_have_the_bits_of_the_threads(cluster):
    pedigree, records = flock(3_000)
    rng = np.random.default_rng(7)
    genotyped = np.arange(1_500, 3_000)
    codes = rng.binomial(2, rng.uniform(0.2, 0.8, 120), (1_500, 120))
    genomic = Genomic("ssgtblup", blend=0.5, tune="none")
    model = Model(("a",), (Effect("animal", "additive"),), Variances(9.0, additive=1.0), PCG, genomic=genomic)
    given = Records(records.animal, np.nan_to_num(records.values[:, 0])), pedigree
    genotypes = Genotypes(pack(codes), genotyped)
    with connect(cluster.scheduler_address) as executor:
        solution = fit(model, *given, genotypes=genotypes, executor=executor)
    alone = fit(model, *given, genotypes=genotypes)
    np.testing.assert_array_equal(solution.ebv, alone.ebv)
    np.testing.assert_array_equal(solution.genomic.effect, alone.genomic.effect)


def test_a_worker_killed_between_products_changes_nothing(cluster, national, by_threads):
    killed = []

    def kill(share, step):
        if step == "solve" and share > 0.3 and not killed:
            killed.append(_process_of_one(cluster))
            os.kill(killed[0], signal.SIGKILL)

    with connect(cluster.scheduler_address) as executor:
        solution = fit(*national, executor=executor, progress=kill)
    assert killed
    np.testing.assert_array_equal(solution.ebv, by_threads)


def test_a_worker_killed_in_a_product_changes_nothing(cluster, tmp_path):
    with connect(cluster.scheduler_address) as executor:
        placed = executor.place([_deadly(tmp_path / "first", 1), np.eye(2), _deadly(tmp_path / "last", 1)])
        answers = executor.map(operator.matmul, placed, np.array([1.0, 2.0]))
        np.testing.assert_array_equal(answers, [[1.0, 2.0]] * 3)
    assert (tmp_path / "first").exists()
    assert (tmp_path / "last").exists()


def test_a_product_that_kills_every_worker_is_refused(cluster, tmp_path, monkeypatch):
    monkeypatch.setattr(dask_executor, "ATTEMPTS", 2)
    with connect(cluster.scheduler_address) as executor, pytest.raises(ModelError) as caught:
        executor.map(operator.matmul, executor.place([_deadly(tmp_path / "deaths", 99)]), np.ones(2))
    assert caught.value.code == "workers_lost"
    assert (tmp_path / "deaths").exists()


def test_a_scheduler_that_goes_away_is_an_error(national):
    with local_cluster(1) as started, connect(started.scheduler_address, patience=2.0) as executor:

        def leave(share, step):
            if step == "solve" and share > 0.3:
                started.close()

        with pytest.raises(ModelError) as caught:
            fit(*national, executor=executor, progress=leave)
    assert caught.value.code in ("no_scheduler", "no_workers", "workers_lost")


def test_an_address_where_nobody_listens_is_refused():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    for address in (f"tcp://127.0.0.1:{free}", "nonsense://host:1", "tcp://127.0.0.1"):
        with pytest.raises(ModelError) as caught:
            connect(address)
        assert caught.value.code == "no_scheduler"
        assert address in caught.value.message


def test_a_port_of_something_else_is_refused(monkeypatch):
    monkeypatch.setattr(dask_executor, "KNOCK", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(ModelError) as caught:
        connect(f"tcp://127.0.0.1:{other.getsockname()[1]}")
    assert caught.value.code == "no_scheduler"


def test_a_scheduler_without_workers_is_refused():
    with local_cluster(0) as started, pytest.raises(ModelError) as caught:
        connect(started.scheduler_address, patience=0.2)
    assert caught.value.code == "no_workers"


def test_a_worker_with_other_software_is_refused(cluster, monkeypatch):
    monkeypatch.setattr(dask_executor, "engine_version", lambda: "9.9")
    with pytest.raises(ModelError, match=r"engine 9\.9") as caught:
        connect(cluster.scheduler_address)
    assert caught.value.code == "worker_versions"


def test_a_worker_without_the_engine_is_refused():
    with local_cluster(1) as started:
        with distributed.Client(started, set_as_default=False) as client:
            client.run(lambda: sys.modules.__setitem__("bellwether_engine.parallel.dask_executor", None))
        with pytest.raises(ModelError, match="bellwether_engine") as caught:
            connect(started.scheduler_address)
    assert caught.value.code == "worker_versions"


def test_without_dask_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ModelError) as caught:
        connect("tcp://127.0.0.1:8786")
    assert caught.value.code == "dask_missing"


def _process_of_one(cluster):
    with distributed.Client(cluster, set_as_default=False) as client:
        return min(client.run(os.getpid).values())


def _deadly(path, deaths):
    """A block that kills its process in its first products and is the identity after; `path` counts."""

    class Deadly:
        def __matmul__(self, v):
            with path.open("a+") as counted:
                counted.seek(0)
                if len(counted.read()) < deaths:
                    counted.write(".")
                    counted.flush()
                    os.kill(os.getpid(), signal.SIGKILL)
            return v

    return Deadly()
