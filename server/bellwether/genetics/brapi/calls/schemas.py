"""Calls on the wire."""

from bellwether.genetics.brapi.calls.asked import Spelling
from bellwether.platform.brapi.wire import Data, ListedByToken, Wire


class Call(Wire):
    """The call of one sample at one marker."""

    call_set_db_id: str
    call_set_name: str
    variant_db_id: str
    variant_name: str
    variant_set_db_id: str
    variant_set_name: str
    genotype_value: str


class CallData(Data[Call], Spelling):
    """Calls of one page, and how they are written."""


class CallsListed(ListedByToken[Call]):
    """A page of calls."""

    result: CallData


class MatrixPage(Wire):
    """Which part of the matrix this is."""

    dimension: str
    page: int
    page_size: int
    total_count: int
    total_pages: int


class DataMatrix(Wire):
    """Calls: a row for each marker, a column for each sample."""

    data_matrix: list[list[str]]
    data_matrix_abbreviation: str = "GT"
    data_matrix_name: str = "Genotype"
    data_type: str = "string"


class AlleleMatrix(Spelling):
    """A part of a matrix."""

    call_set_db_ids: list[str]
    variant_db_ids: list[str]
    variant_set_db_ids: list[str]
    data_matrices: list[DataMatrix]
    pagination: list[MatrixPage]
