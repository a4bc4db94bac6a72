"""By what calls can be asked for, and how they are to be written."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from bellwether.platform.brapi.filters import Text, Values
from bellwether.platform.brapi.wire import Number, PagedByToken, Size, Wire

Sign = Annotated[str, StringConstraints(min_length=1, max_length=10)]


class Spelling(Wire):
    """How a call is written."""

    expand_homozygotes: bool = Field(True, description="`0/0`, else `0`")
    sep_phased: Sign = Field("|", description="No call is phased here")
    sep_unphased: Sign = "/"
    unknown_string: Sign = Field(".", description="A call that is missing")


class CallPage(PagedByToken, Spelling):
    """Which page of calls is wanted, and how they are to be written."""


class CallSearch(CallPage):
    """A search for calls."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"variantSetDbIds": ["1"], "callSetDbIds": ["0198c0de-0000-7000-8000-000000000001"]}]
        }
    )

    call_set_db_ids: Values = Field(None, description="Samples")
    variant_db_ids: Values = Field(None, description="Markers of chips")
    variant_set_db_ids: Values = Field(None, description="Chips")


class Dimension(Wire):
    """Which part of the matrix is wanted."""

    dimension: Literal["CALLSETS", "VARIANTS"]
    page: Number = 0
    page_size: Size = 1000


class MatrixSearch(Spelling):
    """A search for a matrix of calls."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "variantSetDbIds": ["1"],
                    "positionRanges": ["2:1000000-2000000"],
                    "pagination": [{"dimension": "CALLSETS", "page": 0, "pageSize": 500}],
                }
            ]
        }
    )

    call_set_db_ids: Values = Field(None, description="Samples")
    data_matrix_abbreviations: Values = Field(None, description="There is GT alone")
    data_matrix_names: Values = Field(None, description="There is Genotype alone")
    germplasm_db_ids: Values = Field(None, description="Animals")
    germplasm_names: Values = Field(None, description="Tags")
    germplasm_puis: Values = Field(None, alias="germplasmPUIs")
    pagination: Annotated[list[Dimension], Field(max_length=2)] | None = None
    position_ranges: Values = Field(None, description="`2:1000-2000`: base pairs from 1, both ends in it")
    preview: bool = Field(False, description="Without the calls")
    sample_db_ids: Values = None
    variant_db_ids: Values = Field(None, description="Markers of a chip")
    variant_set_db_ids: Values = Field(None, description="A chip")

    def along(self, dimension: Literal["CALLSETS", "VARIANTS"]) -> Dimension:
        """Which part of it is wanted along one dimension."""
        asked = [each for each in self.pagination or [] if each.dimension == dimension]
        return asked[0] if asked else Dimension(dimension=dimension)


class MatrixQuery(Spelling):
    """A matrix in the query."""

    call_set_db_ids: Values = None
    data_matrix_abbreviations: Text | None = Field(None, description="Separated by commas; there is GT alone")
    data_matrix_names: Text | None = Field(None, description="Separated by commas; there is Genotype alone")
    dimension_call_set_page: Number = 0
    dimension_call_set_page_size: Size = 1000
    dimension_variant_page: Number = 0
    dimension_variant_page_size: Size = 1000
    germplasm_db_ids: Values = None
    germplasm_names: Values = None
    germplasm_puis: Values = Field(None, alias="germplasmPUIs")
    position_ranges: Values = Field(None, description="`2:1000-2000`: base pairs from 1, both ends in it")
    preview: bool = False
    variant_db_ids: Values = None
    variant_set_db_ids: Values = None

    def as_search(self) -> MatrixSearch:
        """The search that it stands for."""
        same = self.model_dump(include=set(MatrixSearch.model_fields) - {"data_matrix_names"})
        split = {
            name: [part.strip() for part in value.split(",")]
            for name in ("data_matrix_abbreviations", "data_matrix_names")
            if (value := getattr(self, name)) is not None
        }
        call_sets = Dimension(
            dimension="CALLSETS", page=self.dimension_call_set_page, page_size=self.dimension_call_set_page_size
        )
        variants = Dimension(
            dimension="VARIANTS", page=self.dimension_variant_page, page_size=self.dimension_variant_page_size
        )
        return MatrixSearch.model_validate({**same, **split, "pagination": [call_sets, variants]})
