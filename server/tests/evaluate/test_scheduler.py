"""Evaluations with the help of a Dask scheduler's workers."""

import pytest

from .conftest import MODEL

distributed = pytest.importorskip("distributed")
PCG = f'{MODEL}\n[options]\nsolver = "pcg"\n'


@pytest.fixture(scope="module")
def address():
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, dashboard_address="127.0.0.1:0", host="127.0.0.1"
    ) as cluster:
        yield cluster.scheduler_address


def test_the_files_do_not_depend_on_who_computes(evaluate, address):
    alone = evaluate(model=PCG).table()
    for model, arguments in ((PCG, ("--scheduler", address)), (f'{PCG}scheduler = "{address}"\n', ())):
        answer = evaluate(model=model, arguments=arguments)
        assert answer.exit_code == 0, answer.stderr
        assert answer.table().equals(alone)
        assert answer.report["scheduler"] == {"address": address, "workers": 1, "threads": 1}


def test_a_direct_solution_says_that_nobody_helped(evaluate, address):
    answer = evaluate(arguments=("--scheduler", address))
    assert "scheduler_unused" in [warning["code"] for warning in answer.report["warnings"]]


def test_a_scheduler_that_does_not_answer_is_refused(evaluate):
    by_option = evaluate(model=PCG, arguments=("--scheduler", "tcp://127.0.0.1:1", "--json"))
    assert (by_option.exit_code, by_option.problem["code"]) == (2, "no_scheduler")
    assert by_option.problem["errors"][0]["file"] == "command line"
    by_model = evaluate(model=f'{PCG}scheduler = "tcp://127.0.0.1:1"\n', arguments=("--json",))
    assert by_model.problem["errors"][0]["line"] == len(PCG.splitlines()) + 1
    assert not by_model.out.exists()
