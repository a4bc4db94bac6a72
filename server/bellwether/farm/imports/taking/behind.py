"""What is stored while the next lines of a chunk are judged."""

import asyncio
from collections.abc import Coroutine


class Behind:
    """One piece of work behind another, all of one transaction: who asks the database waits for its end first."""

    _storing: asyncio.Task[None] | None = None

    async def begin(self, work: Coroutine[None, None, None]) -> None:
        """Go on without it, as soon as what was begun before has ended."""
        try:
            await self.end()
        except BaseException:
            work.close()
            raise
        self._storing = asyncio.create_task(work)

    async def end(self) -> None:
        """Wait until all that was begun is stored: what is read now may be of that."""
        storing, self._storing = self._storing, None
        if storing is not None:
            await storing
