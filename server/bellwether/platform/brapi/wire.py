"""What all answers of BrAPI share: names in camel case, an envelope, values of additionalInfo as text."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.alias_generators import to_camel

from bellwether.platform.http.answers import JsonText

T = TypeVar("T")
MOST_ON_A_PAGE = 1000
Number = Annotated[int, Field(ge=0, le=1_000_000_000, description="The first page is 0")]
Size = Annotated[int, Field(ge=1, le=MOST_ON_A_PAGE)]


class Wire(BaseModel):
    """A thing of the standard; what is not known is left out."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, extra="forbid")


class Paged(Wire):
    """Which page of an answer is wanted."""

    page: Number = 0
    page_size: Size = MOST_ON_A_PAGE


class PagedByToken(Paged):
    """The same for lists of which the standard once asked by a token: here it is the number of the page."""

    page_token: Annotated[str, StringConstraints(pattern=r"^\d{1,9}$")] | None = Field(
        None, description="The old way to ask: a token that an answer gave, instead of `page`"
    )

    @model_validator(mode="after")
    def token_is_a_page(self) -> Self:
        """Of a token and a number neither wins: they agree, or are refused."""
        if self.page_token is not None:
            number = int(self.page_token)
            if self.page not in (0, number):
                raise ValueError("page and pageToken name two pages: send one of them")
            self.page, self.page_token = number, None
        return self


class Pagination(Wire):
    """Where an answer stands among all."""

    current_page: int
    page_size: int
    total_count: int
    total_pages: int


class TokenPagination(Pagination):
    """The same where the standard wants tokens beside the numbers: an empty one is of no page."""

    current_page_token: str
    next_page_token: str
    prev_page_token: str


class Status(Wire):
    """A message beside an answer."""

    message: str
    message_type: str


class DataFile(Wire):
    """A file beside an answer."""

    file_url: str = Field(alias="fileURL")


class Metadata(Wire):
    """What stands beside every result: always all three."""

    datafiles: list[DataFile] = []
    status: list[Status] = []
    pagination: Pagination


class TokenMetadata(Metadata):
    """What stands beside a page that was once asked for by a token."""

    pagination: TokenPagination


class Data(Wire, Generic[T]):
    """The things of one page."""

    data: list[T]


class Listed(Wire, Generic[T]):
    """A page of a list."""

    metadata: Metadata
    result: Data[T]


class ListedByToken(Listed[T], Generic[T]):
    """A page of a list whose pages have tokens as well."""

    metadata: TokenMetadata


class Single(Wire, Generic[T]):
    """One thing."""

    metadata: Metadata
    result: T


class ExternalReference(Wire):
    """A name that somebody else gave."""

    reference_id: str
    reference_source: str


def listed(found: list[T], total: int, asked: Paged) -> Listed[T]:
    """A page in its envelope."""
    pages = -(-total // asked.page_size)
    at = Pagination(current_page=asked.page, page_size=asked.page_size, total_count=total, total_pages=pages)
    return Listed[T](metadata=Metadata(pagination=at), result=Data[T](data=found))


def with_tokens(found: Listed[T]) -> ListedByToken[T]:
    """The page with the tokens of its neighbours."""
    return ListedByToken[T](metadata=tokens_of(found.metadata.pagination), result=found.result)


def tokens_of(at: Pagination) -> TokenMetadata:
    """The numbers of a page and its neighbours as tokens."""
    here = at.current_page
    after, before = (str(here + 1) if here + 1 < at.total_pages else ""), (str(here - 1) if here else "")
    tokens = {"current_page_token": str(here), "next_page_token": after, "prev_page_token": before}
    return TokenMetadata(pagination=TokenPagination(**at.model_dump(), **tokens))


def page_of(found: list[T], asked: Paged) -> Listed[T]:
    """The page of what is at hand as a whole."""
    first = asked.page * asked.page_size
    return listed(found[first : first + asked.page_size], len(found), asked)


def single(found: T) -> Single[T]:
    """One thing in its envelope."""
    at = Pagination(current_page=0, page_size=1, total_count=1, total_pages=1)
    return Single[T](metadata=Metadata(pagination=at), result=found)


def answer(found: BaseModel, status: int = 200) -> JsonText:
    """The body as it leaves: without what is not known."""
    return JsonText(found.model_dump_json(by_alias=True, exclude_none=True), status_code=status)


def as_texts(values: Mapping[str, object]) -> dict[str, str]:
    """`additionalInfo`: what is known, each as text."""
    return {name: as_text(value) for name, value in values.items() if value is not None}


def as_text(value: object) -> str:
    """A value as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)
