"""Wrong files as people make them: other programs' codes, values of another type, a trait that explains itself."""

import gzip

import pytest

from .conftest import MODEL, PEDIGREE, RECORDS
from .test_bad_input import refused, with_option
from .test_outputs import EBV

BIM = "1 m1 0 100 A C\n"
BED = bytes([0x6C, 0x1B, 1, 0b11100011, 0b10])
FAM = "".join(f"F {animal} 0 0 0 -9\n" for animal in (4, 5, 6, 7, 8))


@pytest.mark.parametrize("code", [".", "-9", "-999", "00", "0.0", "na", "nan", "NULL", "unknown", "?"])
def test_a_code_of_another_program_for_an_unknown_parent(evaluate, code):
    pedigree = PEDIGREE.replace("4,1,0", f"4,{code},0").replace("6,1,2", f"6,{code},2")
    answer = evaluate(pedigree=pedigree, arguments=["--json"])
    refused(answer, "pedigree.csv", "unknown_parent", 5)
    assert [error["line"] for error in answer.problem["errors"]] == [5, 7]


def test_such_a_code_may_be_an_animal_or_a_group(evaluate):
    assert evaluate(pedigree=PEDIGREE.replace("1,", "-1,"), records=RECORDS).exit_code == 0
    groups = PEDIGREE.replace("1,0,0", "1,-9,-9")
    assert evaluate(pedigree=groups, model=MODEL + '[groups]\nnames = ["-9"]\n').exit_code == 0


def test_lines_that_end_as_on_old_macs(evaluate):
    answer = evaluate(pedigree=PEDIGREE.replace("\n", "\r"), records=RECORDS.replace("\n", "\r"))
    assert answer.table()["ebv"].to_list() == pytest.approx(EBV, abs=1e-6)


def test_a_broken_gzip_stream(evaluate):
    broken = gzip.compress(PEDIGREE.encode() * 50)[:20] + b"x" * 68
    answer = evaluate(pedigree=broken, names={"pedigree": "pedigree.csv.gz"}, arguments=["--json"])
    refused(answer, "pedigree.csv.gz", "unreadable_file", None)


@pytest.mark.parametrize(
    "model",
    [
        MODEL.replace("[[20.0]]", "true"),
        MODEL.replace("[[20.0]]", '"20"'),
        with_option('inbreeding = "yes"'),
        with_option('tolerance = "1e-6"'),
        MODEL + '[genomic]\nmethod = "apy"\ncore = true\n',
        MODEL.replace("residual = [[40.0]]", '[residual]\nby = "sex"\nmatrices = {M = true, F = 40}'),
    ],
)
def test_a_value_of_another_type(evaluate, model):
    answer = evaluate(model=model, arguments=["--json"])
    assert (answer.exit_code, answer.problem["code"]) == (2, "bad_value")


def test_whole_numbers_are_numbers(evaluate):
    classes = MODEL.replace("residual = [[40.0]]", '[residual]\nby = "sex"\nmatrices = {M = 40, F = 40}')
    answer = evaluate(model=classes.replace("[[20.0]]", "20"))
    assert answer.table()["ebv"].to_list() == pytest.approx(EBV, abs=1e-6)


@pytest.mark.parametrize(
    "model",
    [
        MODEL.replace('"sex"', '"WWG"'),
        with_option('weights = "WWG"'),
        MODEL + '[residual]\nby = "WWG"\nslope = 0.1\n',
    ],
)
def test_a_trait_does_not_explain_itself(evaluate, model):
    answer = evaluate(model=model, arguments=["--json"])
    assert (answer.exit_code, answer.problem["code"]) == (2, "trait_twice")


def test_a_limit_of_memory_that_nobody_would_keep(evaluate):
    model = with_option("memory_limit_gib = 1") + '[genomic]\nmethod = "ssgblup"\n'
    refused(evaluate(model=model, arguments=["--json"]), "model.toml", "not_available", None)


@pytest.mark.parametrize("position", ["9" * 30, "²"])
def test_a_position_that_is_none(evaluate, tmp_path, position):
    for name, content in (("g.bed", BED), ("g.bim", BIM.replace("100", position).encode()), ("g.fam", FAM.encode())):
        (tmp_path / name).write_bytes(content)
    arguments = ["--json", "--genotypes", str(tmp_path / "g")]
    refused(evaluate(records=None, model=None, arguments=arguments), "g.bim", "bad_position", 1)


@pytest.mark.parametrize("ending", ["", ".bed", ".bim", ".fam"])
def test_any_file_of_plink_names_them_all(evaluate, tmp_path, ending):
    for name, content in (("g.bed", BED), ("g.bim", BIM.encode()), ("g.fam", FAM.encode())):
        (tmp_path / name).write_bytes(content)
    answer = evaluate(records=None, model=None, arguments=["--genotypes", str(tmp_path / f"g{ending}")])
    assert answer.report["genotypes"]["markers"] == 1
