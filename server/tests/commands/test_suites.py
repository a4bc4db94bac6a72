"""`./bellwether test` itself, on suites of a moment."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bellwether.commands import run_tests
from bellwether.commands.suites import SUITES, Suite


def suite(name: str, program: str) -> Suite:
    """One that runs a line of Python."""
    return Suite(name, f"what {name} shows", (sys.executable, "-c", program))


def meets(me: Path, other: Path) -> str:
    """Ends well when another one runs at the same time."""
    wait = "while not other.exists() and time.monotonic() < end: time.sleep(0.01)"
    return f"""
import sys, time
from pathlib import Path
me, other, end = Path({str(me)!r}), Path({str(other)!r}), time.monotonic() + 60
me.touch()
{wait}
print("of " + me.name + " " * 500 + "[its own]")
sys.exit(not other.exists())
"""


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Suite]]:
    """The suites that there are."""
    suites: list[Suite] = []
    monkeypatch.setattr(run_tests, "SUITES", suites)
    monkeypatch.setattr(run_tests, "install_bun_packages", lambda: None)
    return suites


def test_two_run_at_the_same_time_and_each_is_read_by_itself(
    given: list[Suite], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    left, right = tmp_path / "left", tmp_path / "right"
    given += [suite("left", meets(left, right)), suite("right", meets(right, left))]
    given.append(suite("later", "print('[bold]nobody[/bold] waits')"))
    run_tests.test(together=2)
    said = capfd.readouterr().out
    for name in ("left", "right"):
        assert said.index(f" {name}: what {name} shows ") < said.index(f"of {name}{' ' * 500}[its own]")
    assert "[bold]nobody[/bold] waits" in said
    assert "suites: 3 passed, 0 failed" in said


@pytest.mark.parametrize("together", [1, 2])
@pytest.mark.parametrize("bad", ["first", "second", "third"])
def test_one_that_fails_fails_the_whole_and_the_others_are_run(
    given: list[Suite], capfd: pytest.CaptureFixture[str], together: int, bad: str
) -> None:
    for name in ("first", "second", "third"):
        given.append(suite(name, f"raise SystemExit({int(name == bad)})"))
    with pytest.raises(run_tests.typer.Exit):
        run_tests.test(together=together)
    said = capfd.readouterr().out
    assert "suites: 2 passed, 1 failed" in said
    assert [line.split()[1] for line in said.splitlines() if " failed (1)" in line] == [bad]


def test_who_waits_is_told_what_is_at_work(
    given: list[Suite], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run_tests, "A_WHILE_S", 0.01)
    given += [suite(name, "import time; time.sleep(0.5)") for name in ("left", "right", "later")]
    run_tests.test(together=2)
    assert "at work: left, right\n" in capfd.readouterr().out


def test_nothing_is_begun_after_a_failure_when_it_is_not_to_go_on(
    given: list[Suite], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    given.append(suite("bad", "raise SystemExit(1)"))
    slow = f"import time; from pathlib import Path; time.sleep(0.3); Path({str(tmp_path)!r}, 'n').open('a').write('.')"
    given.extend(suite(f"slow {n}", slow) for n in range(20))
    with pytest.raises(run_tests.typer.Exit):
        run_tests.test(together=2, keep_going=False)
    assert len((tmp_path / "n").read_text()) < 20
    assert "suites: 0 passed, 1 failed" in capfd.readouterr().out


def test_every_test_belongs_to_a_suite() -> None:
    """What one suite leaves out another one takes."""
    words = {suite.name: suite.command for suite in SUITES}
    left_out = {word.removeprefix("--ignore=") for word in words["server"] if word.startswith("--ignore=")}
    assert left_out == {"server/tests/farm", "server/tests/whole"}
    assert words["farm"][-1] == "server/tests/farm"
    assert words["whole"][-2:] == ("server/tests/whole", f"--ignore={words['faults'][-1]}")
    assert words["faults"][-1] == "server/tests/whole/faults"
