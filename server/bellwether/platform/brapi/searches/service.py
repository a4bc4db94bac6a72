"""A search is answered at once when its answer is one page, else kept: the search, never its answer."""

from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel

from bellwether.platform.brapi.searches import repository
from bellwether.platform.brapi.searches.schemas import Kept, KeptSearch
from bellwether.platform.brapi.wire import Listed, Metadata, Paged, answer
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.answers import JsonText
from bellwether.platform.ids import new_id
from bellwether.platform.problems import NotFound

T = TypeVar("T", bound=BaseModel)
S = TypeVar("S", bound=Paged)
MOST_OF_A_USER = 20


async def answered(session: Session, context: Context, kind: str, wanted: Paged, found: Listed[T]) -> JsonText:
    """200 with all that was found, or 202 with the id under which its pages are."""
    if found.metadata.pagination.total_pages <= 1:
        return answer(found)
    search_id = new_id()
    text = wanted.model_dump_json(by_alias=True, exclude_none=True)
    await repository.add(session, search_id, context.user_id, kind, text, MOST_OF_A_USER)
    at = Metadata(pagination=found.metadata.pagination)
    return answer(KeptSearch(metadata=at, result=Kept(search_results_db_id=str(search_id))), 202)


async def kept(session: Session, kind: str, search_id: UUID, model: type[S], asked: Paged) -> S:
    """What was searched for, at the page that is asked for now.

    Raises:
        NotFound: the user keeps no such search: the latest 20 are kept.
    """
    text = await repository.wanted(session, search_id, kind)
    if text is None:
        raise NotFound
    return model.model_validate_json(text).model_copy(update=asked.model_dump())
