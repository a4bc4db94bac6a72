"""Calls page by page, and a matrix of them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from bellwether.genetics.brapi.calls.asked import CallSearch, Dimension, MatrixSearch, Spelling
from bellwether.genetics.brapi.calls.choosing import Chosen, Wanted, chosen
from bellwether.genetics.brapi.calls.problems import SeveralVariantSets
from bellwether.genetics.brapi.calls.schemas import (
    AlleleMatrix,
    Call,
    CallData,
    CallsListed,
    DataMatrix,
    MatrixPage,
)
from bellwether.genetics.brapi.numbers import variant_id
from bellwether.platform.brapi.filters import ids_of
from bellwether.platform.brapi.wire import Single, listed, single, tokens_of
from bellwether.platform.database.transactions import Session


class Rectangle(NamedTuple):
    """Samples and markers of a chip, first and last (excluded) of both."""

    chosen: Chosen
    samples: tuple[int, int]
    markers: tuple[int, int]


async def page(session: Session, wanted: CallSearch) -> CallsListed:
    """A page of the calls, chip by chip, sample by sample, marker by marker."""
    asked = Wanted(wanted.variant_set_db_ids, wanted.variant_db_ids, [ids_of(wanted.call_set_db_ids)])
    found = await chosen(session, asked)
    words, calls = written(wanted), list[Call]()
    for part in rectangles(found, wanted.page * wanted.page_size, wanted.page_size):
        samples = await part.chosen.samples(session, *part.samples)
        markers = await part.chosen.markers(session, *part.markers)
        codes = await part.chosen.codes(session, samples, markers)
        chip = part.chosen.chip
        calls += [
            Call(
                call_set_db_id=str(sample.sample_id),
                call_set_name=sample.name,
                variant_db_id=variant_id(chip.id, marker.name),
                variant_name=marker.name,
                variant_set_db_id=str(chip.id),
                variant_set_name=chip.name,
                genotype_value=words[code],
            )
            for sample, row in zip(samples, codes.tolist(), strict=True)
            for marker, code in zip(markers, row, strict=True)
        ]
    plain = listed(calls, sum(each.n for each in found), wanted)
    spelling = wanted.model_dump(include=set(Spelling.model_fields))
    return CallsListed(metadata=tokens_of(plain.metadata.pagination), result=CallData(data=calls, **spelling))


def rectangles(found: Sequence[Chosen], skipped: int, wanted: int) -> Iterator[Rectangle]:
    """Where a page of calls lies: the end of a sample, whole samples, the beginning of another, chip after chip."""
    for each in found:
        first, last = min(skipped, each.n), min(skipped + wanted, each.n)
        skipped, wanted = skipped - first, wanted - (last - first)
        width = len(each.places)
        while first < last:
            row, column = divmod(first, width)
            if column == 0 and last - first >= width:
                n = (last - first) // width
                yield Rectangle(each, (row, row + n), (0, width))
                first += n * width
            else:
                end = min(width, column + last - first)
                yield Rectangle(each, (row, row + 1), (column, end))
                first += end - column


async def matrix(session: Session, wanted: MatrixSearch) -> Single[AlleleMatrix]:
    """A part of the matrix of one chip: a row for each marker, a column for each sample.

    Raises:
        SeveralVariantSets, WrongPositionRange
    """
    asked = Wanted(
        wanted.variant_set_db_ids,
        wanted.variant_db_ids,
        [ids_of(wanted.call_set_db_ids), ids_of(wanted.sample_db_ids)],
        [ids_of(wanted.germplasm_db_ids), ids_of(wanted.germplasm_puis)],
        wanted.germplasm_names,
        wanted.position_ranges,
    )
    found = await chosen(session, asked)
    if len(found) > 1:
        raise SeveralVariantSets([each.chip.id for each in found])
    across, down = wanted.along("CALLSETS"), wanted.along("VARIANTS")
    made = AlleleMatrix(
        call_set_db_ids=[],
        variant_db_ids=[],
        variant_set_db_ids=[str(each.chip.id) for each in found],
        data_matrices=[],
        pagination=[
            place(across, sum(each.n_samples for each in found)),
            place(down, sum(len(each.places) for each in found)),
        ],
        **wanted.model_dump(include=set(Spelling.model_fields)),
    )
    for each in found:
        await fill(session, made, each, wanted)
    return single(made)


async def fill(session: Session, made: AlleleMatrix, part: Chosen, wanted: MatrixSearch) -> None:
    """The names and, where they are wanted, the calls of a part of a matrix."""
    across, down = wanted.along("CALLSETS"), wanted.along("VARIANTS")
    samples = await part.samples(session, *ends(across))
    markers = await part.markers(session, *ends(down))
    made.call_set_db_ids = [str(sample.sample_id) for sample in samples]
    made.variant_db_ids = [variant_id(part.chip.id, marker.name) for marker in markers]
    names, abbreviations = wanted.data_matrix_names, wanted.data_matrix_abbreviations
    is_wanted = (not names or "Genotype" in names) and (not abbreviations or "GT" in abbreviations)
    if is_wanted and not wanted.preview:
        codes = await part.codes(session, samples, markers)
        words = np.array(written(wanted), dtype=object)
        made.data_matrices = [DataMatrix(data_matrix=words[codes.T].tolist())]


def ends(asked: Dimension) -> tuple[int, int]:
    """First and last (excluded) of a page."""
    return asked.page * asked.page_size, (asked.page + 1) * asked.page_size


def place(asked: Dimension, n: int) -> MatrixPage:
    """Where a part stands in the whole."""
    return MatrixPage(
        dimension=asked.dimension,
        page=asked.page,
        page_size=asked.page_size,
        total_count=n,
        total_pages=-(-n // asked.page_size),
    )


def written(asked: Spelling) -> list[str]:
    """How 0, 1 and 2 copies of the counted allele and a missing call are written."""
    same = f"0{asked.sep_unphased}0", f"1{asked.sep_unphased}1"
    reference, counted = same if asked.expand_homozygotes else ("0", "1")
    return [reference, f"0{asked.sep_unphased}1", counted, asked.unknown_string]
