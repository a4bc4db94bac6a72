"""Path /commoncropnames."""

from typing import Annotated

from fastapi import APIRouter, Depends

from bellwether.platform.brapi.filters import of_query
from bellwether.platform.brapi.wire import Listed, Paged, answer, page_of
from bellwether.platform.http.answers import JsonText
from bellwether.platform.http.dependencies import need
from bellwether.sheep import CROP

router = APIRouter(tags=["brapi"], dependencies=[need("flock:read")])


@router.get("/commoncropnames", response_model=Listed[str])
async def common_crop_names(asked: Annotated[Paged, Depends(of_query(Paged))]) -> JsonText:
    """The one species."""
    return answer(page_of([CROP], asked))
