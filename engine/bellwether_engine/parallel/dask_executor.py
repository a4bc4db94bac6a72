"""Products on the workers of a Dask scheduler: processes of this machine or of others."""

from __future__ import annotations

import asyncio
import platform
import socket
import time
from collections.abc import Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.metadata import version
from types import TracebackType
from typing import Any

import numpy as np

from ..errors import ModelError
from ..version import engine_version
from .executor import Array, Product
from .workers import Workers

ATTEMPTS = 5
LOOK = 2.0
KNOCK = 5.0
PLACE = "options.scheduler"


class Shard:
    """A run of neighbouring blocks in the memory of a worker, which shares them among its threads."""

    def __init__(self, blocks: Sequence[Any], threads: int) -> None:
        self.blocks, self.workers = blocks, Workers(threads)

    def answer(self, product: Product, vector: Array) -> list[Array]:
        """One answer per block."""
        return self.workers.map(product, self.blocks, vector)


@dataclass(eq=False)
class Placed:
    """Blocks, and where they lie: address and shard, in the order of the blocks."""

    blocks: Sequence[Any]
    shards: list[tuple[str, Any]] = field(default_factory=list)


class DaskExecutor:
    """An `Executor` on the workers of a scheduler; made by `connect`, closed at the end of ``with``.

    This process keeps the blocks. When a worker is lost, with its shards, all are placed anew among those that are
    there, and the product is asked for again: the answer does not depend on which worker gives it.

    Attributes
    ----------
    address : str
        Of the scheduler.
    known : dict of str to int
        Address and threads of the workers when blocks were last placed.
    """

    def __init__(self, client: Any, address: str, patience: float) -> None:
        self._client, self.address, self._patience = client, address, patience
        self.known: dict[str, int] = {}

    def __enter__(self) -> DaskExecutor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def place(self, blocks: Sequence[Any]) -> Placed:
        """Put `blocks` on the workers when they are first asked for."""
        return Placed(blocks)

    def map(self, product: Product, placed: Placed, vector: Array) -> list[Array]:
        """``product(block, vector)`` for every block, in the order of the blocks.

        Raises
        ------
        ModelError
            ``no_workers``, ``worker_versions``; ``workers_lost``: five attempts in a row were broken off.
        """
        if not placed.blocks:
            return []
        for attempt in range(ATTEMPTS):
            try:
                return self._ask(product, placed, vector)
            except (OSError, CancelledError) as error:
                placed.shards, last = [], error
                time.sleep(0.25 * 2**attempt)
        message = f"the workers were lost {ATTEMPTS} times in one product: {last}"
        raise ModelError("workers_lost", message, place=PLACE, fix="Look into the logs of the scheduler and workers")

    def add(self, product: Product, placed: Placed, vector: Array, into: Sequence[Array]) -> None:
        """The same, each added to its array of `into`."""
        for target, part in zip(into, self.map(product, placed, vector), strict=True):
            target += part

    def workers(self) -> dict[str, int]:
        """Address and threads of each worker, in the order of their addresses.

        Raises
        ------
        ModelError
            ``no_workers`` where none comes within the patience, ``worker_versions`` where one runs other software.
        """
        try:
            self._client.wait_for_workers(1, timeout=self._patience)
        except TimeoutError as error:
            message = f"the scheduler has had no worker for {self._patience:g} seconds"
            fix = "Start workers: dask worker ADDRESS"
            raise ModelError("no_workers", message, place=PLACE, fix=fix) from error
        except AttributeError as error:  # what a client that has given up on its scheduler answers
            message, fix = "the scheduler is gone", "Start scheduler and workers again, and repeat the evaluation"
            raise ModelError("no_scheduler", message, place=PLACE, fix=fix) from error
        own, answers = software(), sorted(self._client.run(software, on_error="return").items())
        for address, theirs in answers:
            if isinstance(theirs, OSError):
                raise theirs
            if theirs != own:
                message = f"the worker {address} has {theirs}, this machine has {own}"
                fix = "Install the same versions on every machine, and start the workers again"
                raise ModelError("worker_versions", message, place=PLACE, fix=fix)
        threads = self._client.nthreads()
        self.known = {address: threads[address] for address, _ in answers if address in threads}
        if not self.known:
            raise ConnectionError("all workers are gone")
        return self.known

    def _spread(self, blocks: Sequence[Any]) -> list[tuple[str, Any]]:
        """Shards in proportion to the threads of the workers."""
        workers = self.workers()
        shares = np.cumsum([0, *workers.values()]) / sum(workers.values())
        edges = np.rint(shares * len(blocks)).astype(int).tolist()
        shards = []
        for (address, threads), first, last in zip(workers.items(), edges[:-1], edges[1:], strict=True):
            if first < last:
                [sent] = self._client.scatter([tuple(blocks[first:last])], workers=[address], hash=False)
                options = {"workers": [address], "actor": True, "pure": False}
                shards.append((address, self._client.submit(Shard, sent, threads, **options)))
        with self._client.as_current():
            return [(address, shard.result(timeout=self._patience)) for address, shard in shards]

    def _ask(self, product: Product, placed: Placed, vector: Array) -> list[Array]:
        try:
            placed.shards = placed.shards or self._spread(placed.blocks)
            asked = [(address, shard.answer(product, vector)) for address, shard in placed.shards]
        except RuntimeError as error:
            raise ConnectionError(f"a worker is gone: {error}") from error
        return [answer for address, future in asked for answer in self._result(address, future)]

    def _result(self, address: str, future: Any) -> list[Array]:
        """The answers of a shard; a look at its worker now and then, since nobody tells that it is lost."""
        while True:
            try:
                answers: list[Array] = future.result(timeout=LOOK)
                return answers
            except TimeoutError:
                if not self._is_there(address):
                    raise ConnectionError(f"the worker {address} is gone") from None

    def _is_there(self, address: str) -> bool:
        try:
            return address in self._client.nthreads()
        except (OSError, AttributeError, RuntimeError):  # the scheduler is gone as well
            return False


def connect(address: str, *, patience: float = 30.0) -> DaskExecutor:
    """An executor on the workers of a Dask scheduler.

    Parameters
    ----------
    address : str
        ``tcp://host:8786``, or ``tls://host:8786`` with the certificates that Dask's own configuration names.
        A scheduler runs whatever it is sent: without TLS, anybody who reaches its port does.
    patience : float
        Seconds to wait for a first worker, also after all were lost.

    Returns
    -------
    DaskExecutor

    Raises
    ------
    ModelError
        ``dask_missing``, ``no_scheduler``, ``no_workers``, ``worker_versions``.

    References
    ----------
    Rocklin 2015, Dask: parallel computation with blocked algorithms and task scheduling, Proc. 14th Python in Science
    Conf. 126.
    """
    try:
        from distributed import Client
    except ImportError as error:
        fix = "Install the extra: bellwether-engine[dask]"
        raise ModelError("dask_missing", "Dask is not installed here", place=PLACE, fix=fix) from error
    try:
        with ThreadPoolExecutor(1) as thread:  # this one may have an event loop of its own
            thread.submit(lambda: asyncio.run(_knock(address))).result()
        client = Client(address, timeout=patience, set_as_default=False, direct_to_workers=True)
    except (OSError, ValueError, TypeError) as error:
        message = f"no scheduler answers at {address}: {str(error) or 'no greeting'}"
        fix = "Check the address (tcp://host:8786), and that the scheduler runs"
        raise ModelError("no_scheduler", message, place=PLACE, fix=fix) from error
    executor = DaskExecutor(client, address, patience)
    try:
        executor.workers()
    except OSError as error:
        client.close()
        fix = "Look into the logs of the scheduler and workers"
        raise ModelError("workers_lost", f"a worker does not answer: {error}", place=PLACE, fix=fix) from error
    except ModelError:
        client.close()
        raise
    return executor


async def _knock(address: str) -> None:
    """Raise where no scheduler answers: a `Client` that cannot connect would linger."""
    from distributed.comm.addressing import get_address_host_port
    from distributed.comm.core import connect as dial
    from distributed.security import Security

    socket.create_connection(get_address_host_port(address, strict=True), timeout=KNOCK).close()
    comm = await asyncio.wait_for(dial(address, **Security().get_connection_args("client")), KNOCK)
    await comm.close()


def software() -> str:
    """What an answer may depend on: the versions of engine, Python, numpy and numba.

    Examples
    --------
    >>> software().startswith("engine ")
    True
    """
    versions = f"numpy {version('numpy')}, numba {version('numba')}"
    return f"engine {engine_version()}, Python {platform.python_version()}, {versions}"
