"""The table of the benchmarks says what was measured, what was not and why."""

import json

import pytest
from rows import Case, Row, check, growth, main, median, run, table

FAST = Row("inbreeding", "10 animals", 2.0, 100.0, target=3.0, peer="old way", peer_seconds=9.0, n=10)
SLOW = Row("inbreeding", "100 animals", 20.0, 200.0, target=3.0, target_mib=150.0, n=100)


def lines(rows):
    return table(rows).splitlines()


def test_ratio_is_the_peer_over_the_engine():
    assert FAST.ratio == 4.5
    document = FAST.document()
    assert [document[key] for key in ("value", "unit", "target", "met", "peer_value", "ratio")] == [
        2.0, "s", 3.0, True, 9.0, 4.5,
    ]  # fmt: skip
    assert SLOW.ratio is None


def test_targets_are_met_or_missed():
    _, fast, slow, *_ = lines([FAST, SLOW])
    assert "3 met" in fast
    assert "3 MISSED" in slow
    assert "200 of 150 MISSED" in slow
    assert (FAST.met, SLOW.met, Row("GWAS", "1", target=5.0).met) == (True, False, None)


def test_what_was_not_measured_has_no_verdict():
    row = lines([Row("GWAS", "1,800 x 10,000", target=5.0, remark="gemma left out")])[1]
    assert "met" not in row
    assert row.endswith("gemma left out")


def test_growth_compares_sizes_ten_times_apart():
    last = growth([FAST, SLOW]).splitlines()[-1]
    assert last.split()[-2:] == ["1.00", "0.30"]
    assert growth([FAST, Row("A-inverse", "100 animals", 1.0, 1.0, n=100)]) == ""


def test_the_median_stops_at_its_limit():
    answers = iter([(5.0, "a"), (6.0, "b"), (1.0, "c")])
    assert median(lambda: next(answers), limit=10.0) == (5.5, "b")


def test_a_wrong_answer_has_no_seconds():
    assert run(Case("step", "1", Row, ("step", "1", 1.0))) == [Row("step", "1", 1.0)]
    row = run(Case("step", "0", check, (False, "the size is 0")))[0]
    assert (row.seconds, row.failed, row.remark) == (None, True, "WRONG: the size is 0")


def test_a_step_that_is_not_there_is_a_problem_document(monkeypatch, capsys):
    for words, told in ((["--json"], "out"), ([], "err")):
        monkeypatch.setattr("sys.argv", ["everything.py", "--only", "nothing", *words])
        with pytest.raises(SystemExit) as ended:
            main("", lambda _given: [Case("sort", "10", print)])
        assert ended.value.code == 2
        said = getattr(capsys.readouterr(), told)
        if told == "out":
            problem = json.loads(said)
            assert (problem["code"], problem["errors"][0]["field"]) == ("usage", "--only")
            assert problem["errors"][0]["fix"] == "choose from sort"
        else:
            assert "no step has 'nothing' in its name; choose from sort" in said
