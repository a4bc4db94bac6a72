"""A reference panel for Beagle: which of its sites are the chip's, what it brings, and what is refused by name."""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from bellwether.modelling.chips.marker_map import MarkerMap
from bellwether.modelling.chips.writing import Given
from bellwether.modelling.findings import BadInput
from bellwether.modelling.programs.beagle import Imputing, impute
from bellwether.modelling.programs.finding import needed
from bellwether.modelling.programs.genetic_map import write_genetic_map
from bellwether.modelling.programs.panel import read_panel, write_panel
from bellwether.modelling.programs.panel_imputing import impute_onto_panel
from bellwether.modelling.programs.panel_matching import match
from bellwether.modelling.programs.running import Runner
from bellwether_engine.genotypes import Markers, pack
from numpy.typing import NDArray
from programs import needs_java, onto_the_path

Haplotypes = NDArray[np.uint8]
HEAD = '##fileformat=VCFv4.2\n##FORMAT=<ID=GT,Number=1,Type=String,Description="g">\n'


@dataclass
class Row:
    """A site of a panel: what stands before its calls, and the calls."""

    chromosome: str
    position: int
    alleles: str
    calls: Sequence[str]
    name: str = "."
    form: str = "GT"


def written(path: Path, rows: Sequence[Row], samples: Sequence[str] = ("P1", "P2")) -> Path:
    """A VCF of these rows, packed."""
    names = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *samples)
    text = HEAD + "\t".join(names) + "\n"
    for row in rows:
        cells = (row.chromosome, str(row.position), row.name, *row.alleles.split("/"), ".", ".", ".", row.form)
        text += "\t".join((*cells, *row.calls)) + "\n"
    path.write_bytes(gzip.compress(text.encode()))
    return path


def chip(rows: Sequence[tuple[str, str, int, str, str]], cm: Sequence[str] | None = None) -> MarkerMap:
    """Markers by name, chromosome, position, counted and other allele."""
    columns = [list(each) for each in zip(*rows, strict=True)]
    return MarkerMap.of(Markers.of(*columns), [row[1] for row in rows], cm)


def refused(panel: Path, of: MarkerMap) -> str:
    """The code with which it is refused."""
    with pytest.raises(BadInput) as error:
        match(read_panel(panel), of)
    assert error.value.findings[0].field == "panel_file_id"
    return error.value.findings[0].code


PLAIN = [("s1", "1", 100, "G", "A"), ("s2", "1", 200, "T", "C"), ("s3", "2", 50, "C", "A")]
CALLS = ("0|1", "1|1")


def test_markers_are_the_same_by_place_and_alleles_whatever_names_order_and_strand(tmp_path: Path) -> None:
    rows = [
        Row("chr2", 50, "G/T", CALLS), Row("chr2", 60, "A/C", CALLS), Row("chr1", 100, "A/G", CALLS, "x"),
        Row("chr1", 200, "T/C", CALLS), Row("chr1", 300, "A/G,T", ("1|2", "0|1")), Row("chr1", 400, "A/G", CALLS),
        Row("chr1", 400, "A/T", CALLS), Row("chrX", 10, "A/G", ("0", "1")), Row("chr1", 500, "A/C", CALLS),
        Row("chr1", 600, "A/T", CALLS),
    ]  # fmt: skip
    more = [
        ("s4", "1", 500, "A", "G"),
        ("s5", "1", 600, "T", "A"),
        ("s6", "1", 700, "T", "A"),
        ("s7", "X", 10, "A", "G"),
    ]
    of = chip(PLAIN + more)
    panel = read_panel(written(tmp_path / "p.vcf.gz", rows))
    assert (panel.n_records, panel.markers.name.tolist()) == (
        10, ["x", "chr1:200", "chr1:500", "chr1:600", "chr2:50", "chr2:60"],
    )  # fmt: skip
    found = match(panel, of)
    by_name = dict(
        zip(of.markers.name.tolist(), zip(found.site, found.is_swapped, found.reason, strict=True), strict=True)
    )
    assert by_name == {
        "s1": (0, False, ""), "s2": (1, True, ""), "s3": (4, True, ""), "s4": (-1, False, "other_alleles"),
        "s5": (-1, False, "strand_unknown"), "s6": (-1, False, "not_in_panel"), "s7": (-1, False, "not_in_panel"),
    }  # fmt: skip
    assert found.n_turned == 1
    out = tmp_path / "out.vcf.gz"
    write_panel(panel, np.array(["m0", "m1", "", "", "m2", "p5"]), np.array([0, 1, 0, 0, 1, 0], dtype=bool), out)
    sites = [line.split("\t") for line in gzip.decompress(out.read_bytes()).decode().splitlines()[3:]]
    assert [(cells[0], cells[1], cells[2], *cells[9:]) for cells in sites] == [
        ("1", "100", "m0", "0|1", "1|1"), ("1", "200", "m1", "1|0", "0|0"),
        ("2", "50", "m2", "1|0", "0|0"), ("2", "60", "p5", "0|1", "1|1"),
    ]  # fmt: skip


def test_a_panel_that_does_not_fit_is_refused_by_name(tmp_path: Path) -> None:
    file, of = tmp_path / "p.vcf.gz", chip(PLAIN)
    good = [Row("1", 100, "A/G", CALLS, "s1"), Row("1", 200, "C/T", CALLS, "s2"), Row("2", 50, "A/C", CALLS, "s3")]
    assert match(read_panel(written(file, good)), of).reason.tolist() == ["", "", ""]
    cases = {
        "other_chromosomes": [Row("CM028704.1", 100, "A/G", CALLS), Row("X", 200, "C/T", ("0", "1"))],
        "no_shared_markers": [Row("1", 101, "A/G", CALLS), Row("2", 51, "A/C", CALLS)],
        "panel_unsorted": [good[1], good[0]],
    }
    for code, rows in cases.items():
        assert refused(written(file, rows), of) == code
    moved = [Row("1", 100, "A/G", CALLS, "s1"), Row("1", 250, "C/T", CALLS, "s2"), Row("2", 51, "A/C", CALLS, "s3")]
    assert refused(written(file, moved), of) == "other_assembly"
    by_chance = [Row("1", 100, "A/C", CALLS), Row("1", 200, "C/G", CALLS), Row("2", 50, "A/C", CALLS)]
    assert refused(written(file, by_chance), of) == "other_assembly"


@pytest.mark.parametrize("call", ["0/1", ".|.", ".", "0", "2|1", "0|1|1", ""])
def test_a_call_that_is_not_phased_is_refused_with_its_line_and_sample(call: str, tmp_path: Path) -> None:
    for form, extra in (("GT", ""), ("GT:DS", ":1")):
        rows = [Row("1", 100, "A/G", ("0|1" + extra, "1|1" + extra), form=form)]
        rows.append(Row("1", 200, "A/G", ("0|1" + extra, call + extra), form=form))
        with pytest.raises(BadInput, match="sample P2") as error:
            read_panel(written(tmp_path / "p.vcf.gz", rows))
        assert (error.value.findings[0].code, error.value.findings[0].line) == ("panel_not_phased", 5)


def test_a_genetic_map_is_told_whole_or_refused(tmp_path: Path) -> None:
    file = tmp_path / "genetic.map"
    write_genetic_map(chip(PLAIN[:2], ["0.5", "1.25"]), file)
    assert file.read_text() == "1 m0 0.5 100\n1 m1 1.25 200\n"
    for cm, code in ((["0", "0"], "no_genetic_map"), (["1", "x"], "no_genetic_map"), (["2", "1"], "no_genetic_map")):
        with pytest.raises(BadInput) as error:
            write_genetic_map(chip(PLAIN[:2], cm), file)
        assert error.value.findings[0].code in (code, "genetic_map_order")


N_PANEL, N_TARGET, N_SITES = 60, 30, 200


def dropped(rng: np.random.Generator, n: int) -> Haplotypes:
    """Animals (n, 2, N_SITES) whose haplotypes are pieces of twelve."""
    founders = (rng.random((12, N_SITES)) < rng.uniform(0.15, 0.5, N_SITES)).astype(np.uint8)
    out = np.empty((n, 2, N_SITES), dtype=np.uint8)
    for pair in out:
        for side in pair:
            which = np.cumsum(rng.random(N_SITES) < 0.01) + rng.integers(12)
            order = rng.permutation(12)
            side[:] = founders[order[which % 12], np.arange(N_SITES)]
    return out


@needs_java
def test_a_panel_brings_what_the_chip_does_not_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every third site is on the chip, its alleles the other way round; what the panel adds is nearly the truth."""
    onto_the_path(monkeypatch)
    all_of = dropped(np.random.default_rng(5), N_PANEL + N_TARGET)
    rows = [
        Row("1", 1_000 + 50_000 * i, "A/G", [f"{a}|{b}" for a, b in all_of[:N_PANEL, :, i]], f"r{i}")
        for i in range(N_SITES)
    ]
    path = written(tmp_path / "panel.vcf.gz", rows, [f"P{i}" for i in range(N_PANEL)])
    on_chip = np.arange(0, N_SITES, 3)
    of = chip([(f"r{i}", "1", 1_000 + 50_000 * i, "A", "G") for i in on_chip.tolist()], [str(i) for i in on_chip])
    truth = all_of[N_PANEL:].sum(axis=1)
    seen = 2 - truth[:, on_chip]
    hidden = np.random.default_rng(6).random(seen.shape) < 0.05
    seen[hidden] = 3
    seen[:, 4] = 3
    samples = [f"T{i}" for i in range(N_TARGET)]
    given = Given(pack(seen), of, samples, [("0", "0", "0", "0", "-9")] * N_TARGET)
    options = Imputing(effective_size=100, check_share=0.05, genetic_map=True, markers="panel")

    def runner(name: str) -> Runner:
        (tmp_path / name).mkdir()
        return Runner(needed("beagle"), tmp_path / name)

    onto = impute_onto_panel(given, runner("onto"), options, path)
    assert isinstance(onto.genotypes, Given)
    assert onto.genotypes.map.markers.name.tolist() == [f"r{i}" for i in range(N_SITES)]
    assert onto.genotypes.packed.deviation is not None
    dosages = onto.genotypes.packed.unpack() + onto.genotypes.packed.deviation
    assert (dosages[:, on_chip] == truth[:, on_chip])[seen != 3].all(), "known calls stay, by the alleles of the panel"
    added = np.setdiff1d(np.arange(N_SITES), on_chip)
    r2 = np.corrcoef(dosages[:, added].ravel(), truth[:, added].ravel())[0, 1] ** 2
    frequency = np.broadcast_to(all_of[:N_PANEL].sum(axis=1).mean(axis=0), truth.shape)
    assert r2 > 0.7 > 0.4 > np.corrcoef(frequency[:, added].ravel(), truth[:, added].ravel())[0, 1] ** 2
    sites = onto.tables["panel_markers.csv"]
    assert sites["is_typed"].to_list() == [i % 3 == 0 for i in range(N_SITES)]
    assert onto.report["n_panel_animals"] == N_PANEL
    on = impute(given, runner("on"), options, path)
    assert isinstance(on.genotypes, Given)
    found = on.genotypes.packed.unpack()
    assert (found == seen)[seen != 3].all()
    assert (found != 3).all(), "also where no animal of the chip has a call"
    assert (found == 2 - truth[:, on_chip])[:, 4].mean() > 0.8
