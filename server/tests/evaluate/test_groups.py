"""Groups and metafounders from files."""

import numpy as np
import pytest

from .conftest import MODEL, PEDIGREE, RECORDS


@pytest.mark.reference("mrode_genetic_groups")
def test_published_groups(evaluate, case):
    data = case("mrode_genetic_groups")
    pedigree = "animal,sire,dam\n" + "".join(f"{a},{s},{d}\n" for a, s, d in data["pedigree"])
    answer = evaluate(pedigree, RECORDS, MODEL + '[groups]\nnames = ["9", "10"]\n')
    assert answer.exit_code == 0, answer.stderr
    table = answer.table()
    expected = data["expected"]
    assert table["animal"].to_list() == [*map(str, range(1, 9)), "9", "10"]
    np.testing.assert_allclose(table["ebv"], [*expected["ebv"], *expected["groups"].values()], atol=1e-6)
    assert table["inbreeding"].null_count() == table["reliability"].null_count() == 2
    assert answer.report["counts"]["groups"] == 2


@pytest.mark.reference("metafounders_small")
def test_metafounders(evaluate, case):
    expected = case("metafounders_small")["expected"]["two"]
    pedigree = "animal,sire,dam\n1,A,B\n2,A,B\n3,A,B\n4,1,B\n5,3,2\n6,1,2\n7,4,5\n8,3,6\n"
    model = MODEL + '[metafounders]\nnames = ["A", "B"]\ngamma = [[0.5, 0.2], [0.2, 0.7]]\n'
    answer = evaluate(pedigree, RECORDS, model)
    assert answer.exit_code == 0, answer.stderr
    table = answer.table()
    np.testing.assert_allclose(table["inbreeding"], [*expected["F"], -0.5, -0.3], atol=1e-10)
    assert table["animal"].to_list()[8:] == ["A", "B"]
    assert table["reliability"].is_between(0.0, 1.0).all()


CHIP = "animal,m1,m2,m3\n4,0,1,2\n5,1,1,0\n6,2,1,1\n7,0,0,1\n8,1,2,1\n"
SECTIONS = {"groups": "", "metafounders": "gamma = [[0.5, 0.2], [0.2, 0.7]]\n"}


@pytest.mark.parametrize("section", SECTIONS)
def test_with_genotypes_that_say_little(evaluate, tmp_path, section):
    """Nearly all weight on A22: the values of the pedigree."""
    (tmp_path / "chip.csv").write_text(CHIP)
    pedigree = "animal,sire,dam\n1,A,B\n2,B,B\n3,A,B\n4,1,B\n5,3,2\n6,1,2\n7,4,5\n8,3,6\n"
    model = MODEL + f'[{section}]\nnames = ["A", "B"]\n{SECTIONS[section]}'
    expected = evaluate(pedigree, RECORDS, model).table()
    genomic = '[genomic]\nmethod = "ssgblup"\nblend = 0.9999999\ntune = "none"\n'
    answer = evaluate(pedigree, RECORDS, model + genomic, arguments=["--genotypes", str(tmp_path / "chip.csv")])
    assert answer.exit_code == 0, answer.stderr
    table = answer.table()
    assert table["animal"].to_list() == expected["animal"].to_list()
    for column in ("ebv", "inbreeding"):
        np.testing.assert_allclose(table[column].to_numpy(), expected[column].to_numpy(), atol=1e-5)
    assert answer.report["counts"]["groups"] == 2


def test_the_base_of_metafounders_is_a_half(evaluate, tmp_path):
    (tmp_path / "chip.csv").write_text(CHIP)
    model = (
        MODEL
        + '[metafounders]\nnames = ["A"]\ngamma = [[0.5]]\n[genomic]\nmethod = "ssgblup"\nfrequencies = "observed"\n'
    )
    pedigree = PEDIGREE.replace("1,0,0", "1,A,A")
    answer = evaluate(pedigree, RECORDS, model, arguments=["--genotypes", str(tmp_path / "chip.csv"), "--json"])
    assert (answer.exit_code, answer.problem["code"]) == (2, "bad_option")
    assert 'frequencies = "half"' in answer.problem["errors"][0]["fix"]


def test_a_group_that_cannot_be_estimated_is_named(evaluate):
    pedigree = PEDIGREE.replace("1,0,0", "1,G,G").replace("2,,", "2,H,H") + "9,I,I\n"
    answer = evaluate(pedigree, RECORDS, MODEL + '[groups]\nnames = ["G", "H", "I"]\n')
    assert answer.exit_code == 0, answer.stderr
    assert [(w["code"], w["level"]) for w in answer.report["warnings"]] == [("confounded_group", "I")]
