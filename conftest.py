"""What all tests share: seeds, how many random cases a run tries, and the table of the published cases.

A test that asks for `rounds` tries few random cases in every run and thousands with `pytest --long`, which selects
these tests and those marked `long`. The seed stands in the last lines of a run; BELLWETHER_SEED repeats it. The
short form tries the same cases everywhere, the long one draws others each time.
`pytest -m reference` ends with a table of the published cases, each through the library and through `evaluate`.
"""

import os
import random
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# on cores that another suite has, threads of BLAS wait for each other for many times as long as they work; numpy reads
# this when it is loaded, and so do the processes that tests start
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# how fast a machine is says nothing about the code
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

ROOT = Path(__file__).parent
CASES = sorted(path.stem for path in (ROOT / "engine" / "tests" / "reference").glob("*.json"))
WAYS = {"library": "engine/tests/", "evaluate": "server/tests/evaluate/"}
LIBRARY_ONLY = {"ocs_small": "optimal contributions are a decision about mating, not an evaluation"}
#: of the short form: another machine tries the same cases; whoever draws another number mends what it finds
DRAWN = 49_599_841
SEED = int(os.environ.get("BELLWETHER_SEED") or DRAWN)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--long`."""
    parser.addoption("--long", action="store_true", help="only the tests of random cases, with thousands of them")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """The long form draws a seed of its own; hypothesis draws from the same one."""
    global SEED
    if config.getoption("--long") and not os.environ.get("BELLWETHER_SEED"):
        SEED = random.SystemRandom().randrange(2**31)
    if config.getoption("hypothesis_seed") is None:
        config.option.hypothesis_seed = str(SEED)


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """`rounds(300, 10_000)`: how many random cases this run tries."""
    is_long = bool(request.config.getoption("--long"))
    return lambda short, long: long if is_long else short


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """The random numbers of one test, from the seed of the run and the name of the test."""
    return random.Random(SEED ^ zlib.crc32(request.node.nodeid.encode()))  # noqa: S311


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Each test tells its report which cases it runs: of several, the one in its parameters."""
    if config.getoption("--long"):
        items[:] = [i for i in items if "rounds" in getattr(i, "fixturenames", ()) or i.get_closest_marker("long")]
    else:
        items[:] = [item for item in items if not item.get_closest_marker("long")]
    for item in items:
        marked = [case for mark in item.iter_markers("reference") for case in mark.args]
        given = item.callspec.params.values() if hasattr(item, "callspec") else ()
        chosen = [case for case in marked if case in given] or marked
        item.user_properties += [("reference", case) for case in chosen]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A case without a test fails a whole run of `-m reference`."""
    if session.config.option.markexpr == "reference" and not session.config.option.keyword:
        for way, folder in WAYS.items():
            marked = {case for item in session.items if item.nodeid.startswith(folder) for case in cases_of(item)}
            excused = set(LIBRARY_ONLY) if way == "evaluate" else set()
            if marked and set(CASES) - marked - excused:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED


def cases_of(item: pytest.Item) -> list[str]:
    """The published cases that a test runs."""
    return [str(case) for name, case in item.user_properties if name == "reference"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The seed; and the table, after `-m reference`."""
    terminalreporter.write_line(f"seed of the random cases: BELLWETHER_SEED={SEED} repeats them")
    if config.option.markexpr != "reference":
        return
    reports = [r for kind in ("passed", "failed", "skipped") for r in terminalreporter.stats.get(kind, [])]
    terminalreporter.section("published cases: tests and seconds")
    terminalreporter.write_line(f"{'case':<26}{'library':>18}{'evaluate':>18}")
    for case in CASES:
        cells = {way: cell(reports, case, folder) for way, folder in WAYS.items()}
        if not cells["evaluate"] and case in LIBRARY_ONLY:
            cells["evaluate"] = f"  {LIBRARY_ONLY[case]}"
        shown = "".join(f"{text or 'NO TEST':>18}" for text in cells.values())
        terminalreporter.write_line(f"{case:<26}{shown}")


def cell(reports: Iterable[pytest.TestReport], case: str, folder: str) -> str:
    """What became of the tests of a case in a folder; empty without tests."""
    own = [r for r in reports if ("reference", case) in r.user_properties and r.nodeid.startswith(folder)]
    if not own:
        return ""
    for outcome in ("failed", "skipped"):
        if any(report.outcome == outcome for report in own):
            return outcome.upper() if outcome == "failed" else "skipped: no data"
    seconds = sum(report.duration for report in own)
    return f"{len(own)} passed {seconds:5.2f} s"
