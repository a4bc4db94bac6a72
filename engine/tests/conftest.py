"""Kernels may be compiled in the first example of a property test: no deadline, and few examples."""

import pytest
from hypothesis import settings

settings.register_profile("engine", deadline=None, max_examples=40)
settings.load_profile("engine")


@pytest.fixture(scope="session")
def cluster():
    """Two worker processes of this machine under a Dask scheduler, which replaces a worker that is killed."""
    with local_cluster(2) as started:
        yield started


def local_cluster(n_workers):
    """A scheduler and its workers on the loopback address."""
    distributed, dask = pytest.importorskip("distributed"), pytest.importorskip("dask")
    dask.config.set({"distributed.deploy.lost-worker-timeout": "1h"})  # or it gives up on a worker killed twice
    return distributed.LocalCluster(
        n_workers=n_workers, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", host="127.0.0.1"
    )
