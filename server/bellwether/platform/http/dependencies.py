"""What a route may ask for: who calls, a transaction that reads or one that writes, idempotency, If-Match.

All are coroutines: FastAPI sends a plain function through a thread and back, which costs more than all they do.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, Header, Request, params

from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database, Session
from bellwether.platform.http.idempotency import Idempotent
from bellwether.platform.http.preconditions import Precondition, precondition
from bellwether.platform.http.rate_limits import Buckets, take
from bellwether.platform.identity.addresses import Addresses
from bellwether.platform.identity.tokens import Principal, Verifier
from bellwether.platform.problems import NotAllowed, StepUpRequired

LookAgain = Callable[[], AbstractAsyncContextManager[Session]]
FRESH_S = 600


async def principal(request: Request) -> Principal:
    """The verified caller; takes one token of the caller's bucket."""
    state = request.app.state
    me = await cast(Verifier, state.verifier).principal(request.headers.get("authorization"))
    if not me.may_ask(request.method, request.url.path):
        raise NotAllowed("Who acts as a user reads only: this is for the user alone to do")
    buckets = cast(Buckets, state.buckets)
    request.scope["state"]["rate_headers"] = buckets.headers(buckets.take(str(me.user_id)))
    return me


Me = Annotated[Principal, Depends(principal)]


@dataclass(frozen=True)
class Permitted:
    """Lets only callers with a permission in, who have proved who they are as it asks."""

    permission: str
    fresh: bool = False
    aal2: bool = False
    of_no_farm: bool = False

    async def __call__(self, me: Me) -> Principal:
        """The caller, or NotAllowed, or StepUpRequired."""
        if self.of_no_farm and me.farms is not None:
            raise NotAllowed("This is done for no one farm, and your token is for some farms only")
        if self.permission not in me.permissions:
            raise NotAllowed(f"This needs the permission {self.permission}, which your role does not have")
        is_weak = self.aal2 and me.acr != "aal2"
        if is_weak or (self.fresh and time.time() - me.authenticated_at > FRESH_S):
            asks = ['acr_values="aal2"'] * self.aal2 + [f'max_age="{FRESH_S}"'] * self.fresh
            what = "This needs two factors" if is_weak else "This needs a sign-in of the last 10 minutes"
            raise StepUpRequired(what, ", ".join(asks))
        return me


def need(permission: str, *, fresh: bool = False, aal2: bool = False, of_no_farm: bool = False) -> params.Depends:
    """A dependency that lets only callers with `permission` in.

    `fresh`: who signed in or stepped up within the last 10 minutes; `aal2`: who did so by two factors;
    `of_no_farm`: not with a token for some farms only, since what is done belongs to none.
    """
    return params.Depends(Permitted(permission, fresh, aal2, of_no_farm))


def costly(what: str, *, per_minute: float, burst: float) -> params.Depends:
    """A dependency for what is costly: one exact bucket per user, shared by all processes (decision 6)."""

    async def check(request: Request, me: Me) -> None:
        await take(database(request), f"{what} {me.user_id}", rate=per_minute / 60, burst=burst)

    return params.Depends(check)


async def acting(request: Request, me: Me) -> Context:
    """The caller as the database and the events see them."""
    state = request.scope["state"]
    return Context(
        user_id=me.user_id,
        request_id=state["request_id"],
        traceparent=state["traceparent"],
        quotas=request.app.state.quotas,
        token_farms=me.farms,
    )


Acting = Annotated[Context, Depends(acting)]


def database(request: Request) -> Database:
    """The service's database."""
    return cast(Database, request.app.state.database)


async def reading(request: Request, context: Acting) -> AsyncIterator[Session]:
    """The request's one transaction, in which PostgreSQL refuses every write; a replica may serve it."""
    async with database(request).reading(context) as session:
        yield session


async def reading_unnamed(request: Request) -> AsyncIterator[Session]:
    """A transaction that reads in nobody's name: who calls is known by a secret that the route looks up."""
    async with database(request).reading(Context(request_id=request.scope["state"]["request_id"])) as session:
        yield session


async def writing(request: Request, context: Acting) -> AsyncIterator[Session]:
    """The request's one transaction."""
    async with database(request).transaction(context) as session:
        yield session


async def readings(request: Request, context: Acting, me: Me) -> LookAgain:
    """One such transaction after another, for whoever watches: between two looks no connection is held.

    A look after the end of the caller's session raises NotAuthenticated.
    """

    @asynccontextmanager
    async def look() -> AsyncIterator[Session]:
        await cast(Verifier, request.app.state.verifier).refuse_ended(me)
        async with database(request).reading(context) as session:
            yield session

    return look


async def my_address(request: Request, me: Me) -> str | None:
    """The caller's address if it has been verified; asked of the auth service, before any transaction."""
    return await cast(Addresses, request.app.state.addresses).of(me.user_id)


IsActive = Callable[[UUID], Awaitable[bool]]


async def standing(request: Request) -> IsActive:
    """Whether accounts stand, for what is opened without a token; the auth service is asked each time."""
    return cast(Addresses, request.app.state.addresses).is_active


# scope="function": the commit happens before the answer leaves, so an acknowledged write is a stored one
Reading = Annotated[Session, Depends(reading, scope="function")]
ReadingUnnamed = Annotated[Session, Depends(reading_unnamed, scope="function")]
Readings = Annotated[LookAgain, Depends(readings)]
Writing = Annotated[Session, Depends(writing, scope="function")]
MyAddress = Annotated[str | None, Depends(my_address)]
Standing = Annotated[IsActive, Depends(standing)]
IfMatch = Annotated[Precondition, Depends(precondition)]


async def idempotent(
    request: Request,
    session: Writing,
    me: Me,
    idempotency_key: Annotated[
        str | None,
        Header(description="The same key and body get the same answer again", examples=["a-key-of-your-own"]),
    ] = None,
) -> Idempotent:
    """Idempotency-Key for this request."""
    return Idempotent(request, session, me, idempotency_key)


# must share the route's session: only a dependency of the same scope sees the same transaction
Once = Annotated[Idempotent, Depends(idempotent, scope="function")]
