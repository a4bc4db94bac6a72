"""How much of one kind of work runs at the same time in this process, of one user and of all together.

A bucket limits how often somebody asks; what is asked for may take long, hold memory or stay open.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from fastapi import Request, params

from bellwether.platform.http.dependencies import Me
from bellwether.platform.problems import Busy, Problem

PATIENCE_S = 20.0


class TooManyAtOnce(Problem):
    """This user has as much of it running as one may have."""

    status, code, title = 429, "too_many_at_once", "Too many of these at the same time: wait until one has ended"


class Places:
    """`of_one` places for each user, `of_all` in this process; who finds none of the latter waits for a while."""

    def __init__(self, what: str, of_one: int, of_all: int, patience_s: float = PATIENCE_S) -> None:
        self.what, self.of_one, self.patience_s = what, of_one, patience_s
        self._all = asyncio.Semaphore(of_all)
        self._of: Counter[str] = Counter()

    @asynccontextmanager
    async def taken(self, user: str) -> AsyncIterator[None]:
        """While it runs.

        Raises:
            TooManyAtOnce: the user has all places of one.
            Busy: no place became free.
        """
        if self._of[user] >= self.of_one:
            detail = f"{self.of_one} {self.what} of one user run at the same time: wait until one has ended"
            raise TooManyAtOnce(detail, headers={"Retry-After": "2"})
        self._of[user] += 1
        try:
            try:
                async with asyncio.timeout(self.patience_s):
                    await self._all.acquire()
            except TimeoutError as error:
                raise Busy(f"Too many {self.what} run at the moment: try again") from error
            try:
                yield
            finally:
                self._all.release()
        finally:
            self._of[user] -= 1
            if not self._of[user]:
                del self._of[user]


def at_once(what: str, *, of_one: int, of_all: int) -> params.Depends:
    """A dependency that holds a place from here to the end of the answer; it comes before any transaction."""

    async def hold(request: Request, me: Me) -> AsyncIterator[None]:
        found = cast(dict[str, Places], request.app.state.places)
        places = found.get(what) or found.setdefault(what, Places(what, of_one, of_all))
        async with places.taken(str(me.user_id)):
            yield

    return params.Depends(hold)
