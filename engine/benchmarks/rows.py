"""One format for every benchmark of the engine: a case runs in a process of its own and answers with a row.

A script has `cases(given: Given) -> list[Case]` and ends with `main(__doc__, cases)`. That gives it the options
`--to --only --quick --json --data`, progress on standard error, the table, and exit codes: 1 after a failed
case, 2 when no step is meant.
`measure` runs in the process of the case, so that the peak memory is its own; it warms what it calls, checks the answer
with `check`, and returns one or several rows.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import numpy as np
from bellwether_engine.version import engine_version

Answer = TypeVar("Answer")
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


@dataclass(frozen=True)
class Row:
    """One line of the table.

    `seconds` is None when nothing was measured: the remark says why. `target` is in seconds, `target_mib` in MiB of
    peak memory. `n` is the number that grows; rows of one step whose n are ten times apart give its growth.
    """

    step: str
    size: str
    seconds: float | None = None
    peak_mib: float | None = None
    target: float | None = None
    target_mib: float | None = None
    peer: str = ""
    peer_seconds: float | None = None
    remark: str = ""
    n: int = 0
    failed: bool = False

    @property
    def ratio(self) -> float | None:
        """The peer's seconds divided by the engine's: above 1 the engine is faster."""
        return None if self.peer_seconds is None or not self.seconds else self.peer_seconds / self.seconds

    @property
    def met(self) -> bool | None:
        """Whether the targets of time and memory are met; None without a target, or where nothing was measured."""
        pairs = ((self.seconds, self.target), (self.peak_mib, self.target_mib))
        held = [found <= target for found, target in pairs if found is not None and target is not None]
        return all(held) if held else None

    def document(self) -> dict[str, object]:
        """The row as `--json` prints it: the keys that every benchmark has, then those of the engine's."""
        return {
            "step": self.step, "size": self.size, "value": self.seconds, "unit": "s", "target": self.target,
            "met": self.met, "peer": self.peer, "peer_value": self.peer_seconds, "ratio": self.ratio,
            "remark": self.remark, "peak_mib": self.peak_mib, "target_mib": self.target_mib, "failed": self.failed,
        }  # fmt: skip


@dataclass(frozen=True)
class Case:
    """What is measured: `measure(*arguments)`, a function of a module, makes the rows."""

    step: str
    size: str
    measure: Callable[..., Row | list[Row]]
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Given:
    """The options: largest number of animals, a part of the steps' names, small sizes only, the published data."""

    to: int
    only: str
    quick: bool
    data: Path


class WrongAnswer(Exception):
    """The answer is not the expected one: the clock means nothing."""


def check(holds: bool | np.bool_, rule: str) -> None:
    """Raise WrongAnswer unless the answer is right."""
    if not holds:
        raise WrongAnswer(rule)


def timed(function: Callable[[], Answer], repeats: int = 3, limit: float = 10.0) -> tuple[float, Answer]:
    """Median seconds of `repeats` calls and the last answer; no new call after `limit` seconds."""

    def once() -> tuple[float, Answer]:
        start = time.perf_counter()
        answer = function()
        return time.perf_counter() - start, answer

    return median(once, repeats, limit)


def median(function: Callable[[], tuple[float, Answer]], repeats: int = 3, limit: float = 10.0) -> tuple[float, Answer]:
    """As `timed`, for a function that takes its own time and returns it before its answer."""
    seconds: list[float] = []
    while True:
        taken, answer = function()
        seconds.append(taken)
        if len(seconds) == repeats or sum(seconds) > limit:
            return statistics.median(seconds), answer


def peak_mib() -> float:
    """Peak memory of this process so far; getrusage would count what the parent held when it started this one."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def forget_peak() -> None:
    """Let the peak memory of the next step start from what is held now (Linux)."""
    refs = Path("/proc/self/clear_refs")
    if refs.exists():
        refs.write_text("5")


def main(description: str | None, cases: Callable[[Given], Sequence[Case]]) -> None:
    """The command line of a script."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=int, default=1_000_000, help="largest number of animals")
    parser.add_argument("--only", default="", metavar="STEP", help="only steps with these letters in their name")
    parser.add_argument("--quick", action="store_true", help="small sizes, in about a minute")
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the published data sets")
    options = parser.parse_args()
    given = Given(options.to, options.only, options.quick, options.data)
    chosen = [case for case in cases(given) if options.only.lower() in case.step.lower()]
    if not chosen:
        names = ", ".join(dict.fromkeys(case.step for case in cases(given)))
        refuse(parser, f"no step has {options.only!r} in its name", f"choose from {names}", options.json)
    rows: list[Row] = []
    for number, case in enumerate(chosen, 1):
        print(f"[{number}/{len(chosen)}] {case.step}, {case.size} ...", end="", file=sys.stderr, flush=True)
        start = time.perf_counter()
        rows += [row for row in run(case) if row.failed or options.only.lower() in row.step.lower()]
        print(f" {time.perf_counter() - start:.0f} s", file=sys.stderr)
    if options.json:
        print(json.dumps(machine() | {"rows": [row.document() for row in rows]}, indent=2))
    else:
        print(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in machine().items()), end="\n\n")
        print(table(rows) + growth(rows))
    sys.exit(any(row.failed for row in rows))


def refuse(parser: argparse.ArgumentParser, message: str, fix: str, as_json: bool) -> NoReturn:
    """Exit code 2; with --json the same problem document that the command line prints."""
    if as_json:
        error = {"row": None, "field": "--only", "code": "usage", "message": message, "fix": fix}
        problem = {"type": "https://bellwether.local/problems/usage", "title": "The command cannot be carried out"}
        problem |= {"status": 400, "detail": message, "instance": "bench", "code": "usage"}
        print(json.dumps(problem | {"errors": [error]}, indent=2))
        sys.exit(2)
    parser.error(f"{message}; {fix}")


def run(case: Case) -> list[Row]:
    """The rows of one case, measured in a fresh process."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        try:
            rows = pool.submit(case.measure, *case.arguments).result()
        except WrongAnswer as error:
            return [Row(case.step, case.size, remark=f"WRONG: {error}", failed=True)]
        except Exception as error:  # a case that fails must not stop the others
            return [Row(case.step, case.size, remark=f"failed: {type(error).__name__}: {error}", failed=True)]
    return rows if isinstance(rows, list) else [rows]


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    return {
        "engine": engine_version(), "cores": os.cpu_count(), "python": platform.python_version(),
        "numpy": np.__version__, "processor": platform.machine(),
    }  # fmt: skip


COLUMNS = ("step", "size", "seconds", "target", "peak MiB", "peer", "peer s", "ratio", "remark")


def table(rows: Sequence[Row]) -> str:
    """The rows as text."""
    cells = [COLUMNS, *(_cells(row) for row in rows)]
    widths = [max(len(line[k]) for line in cells) for k in range(len(COLUMNS))]
    left = (0, 1, 5, 8)
    lines = [
        "  ".join(
            cell.ljust(w) if k in left else cell.rjust(w) for k, (cell, w) in enumerate(zip(line, widths, strict=True))
        )
        for line in cells
    ]
    return "\n".join(line.rstrip() for line in lines) + "\n\nratio: seconds of the peer / seconds of the engine\n"


def _cells(row: Row) -> tuple[str, ...]:
    target = "" if row.target is None else f"{row.target:.3g} {_verdict(row.seconds, row.target)}"
    peak = "" if row.peak_mib is None else f"{row.peak_mib:,.0f}"
    if row.target_mib is not None:
        peak = f"{peak} of {row.target_mib:,.0f} {_verdict(row.peak_mib, row.target_mib)}"
    ratio = "" if row.ratio is None else f"{row.ratio:.3g}"
    return (
        row.step, row.size, _seconds(row.seconds), target.rstrip(), peak.rstrip(), row.peer, _seconds(row.peer_seconds),
        ratio, row.remark,
    )  # fmt: skip


def _verdict(found: float | None, target: float) -> str:
    return "" if found is None else "met" if found <= target else "MISSED"


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}" if value < 0.1 else f"{value:.2f}"


def growth(rows: Sequence[Row]) -> str:
    """Exponents of seconds and memory between sizes ten times apart: 1 is linear."""
    found = {(row.step, row.n): row for row in rows if row.n and row.seconds and row.peak_mib}
    lines: list[str] = []
    for (step, n), row in found.items():
        before = found.get((step, n // 10))
        if before is not None and before.seconds and before.peak_mib and row.seconds and row.peak_mib:
            time_power = np.log10(row.seconds / before.seconds)
            memory_power = np.log10(row.peak_mib / before.peak_mib)
            lines.append(f"{step:<34}{n // 10:>12,} -> {n:>12,}{time_power:>9.2f}{memory_power:>9.2f}")
    if not lines:
        return ""
    return f"\n{'growth (1.00: linear)':<34}{'from':>12}    {'to':>12}{'seconds':>9}{'memory':>9}\n" + "\n".join(lines)
