"""More than one machine: the workers of a Dask scheduler that the command line or the model file names."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from bellwether_engine import EngineError
from bellwether_engine.parallel.dask_executor import PLACE, DaskExecutor, connect

from bellwether.modelling.findings import refuse
from bellwether.modelling.model_file.model_file import ModelFile
from bellwether.modelling.results.sections import Report


def executor_of(given: str | None, model: ModelFile) -> AbstractContextManager[DaskExecutor | None]:
    """Connect to the scheduler of the command line, else of the model file; None without one.

    Raises
    ------
    BadInput
        Nobody answers there, no worker comes, or one runs other software.
    """
    address = given or model.scheduler
    if address is None:
        return nullcontext()
    try:
        return connect(address)
    except EngineError as error:
        path, line = ("command line", None) if given else (model.path, model.line(PLACE))
        raise refuse(path, line, error.code, error.message, error.fix, PLACE) from error


def add_scheduler(report: Report, executor: DaskExecutor) -> None:
    """Who took part; a warning where the solver is direct and asked nobody."""
    known = executor.known
    report["scheduler"] = {"address": executor.address, "workers": len(known), "threads": sum(known.values())}
    if report["method"] == "direct":
        message = "the solver is direct: the workers of the scheduler had nothing to do"
        report["warnings"].append({"code": "scheduler_unused", "message": message, "effect": None, "level": None})
