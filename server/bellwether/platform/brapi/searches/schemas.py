"""A kept search on the wire."""

from bellwether.platform.brapi.wire import Metadata, Wire


class Kept(Wire):
    """Where the pages are."""

    search_results_db_id: str


class KeptSearch(Wire):
    """The answer to a search that has more than one page."""

    metadata: Metadata
    result: Kept


#: what a search answers beside a page
KEPT: dict[int | str, dict[str, object]] = {
    202: {"description": "The answer has several pages: ask for them by its id", "model": KeptSearch}
}
