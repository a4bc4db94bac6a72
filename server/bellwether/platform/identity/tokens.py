"""Access tokens: ES256, verified through the auth service's JWKS (RFC 9068, RFC 8725)."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Annotated, Self
from uuid import UUID

import jwt
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bellwether.platform.identity.published_documents import KeySet, Permissions
from bellwether.platform.identity.revocations import IMPERSONATION_S, LEEWAY_S, Revocations
from bellwether.platform.problems import NotAuthenticated
from bellwether.platform.settings import PlatformSettings

MAX_TOKEN = 4096
REMEMBERED = 20_000
ID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
Farm = Annotated[str, Field(pattern=ID)]
REQUIRED = ["exp", "iat", "sub", "sid", "jti", "iss", "aud"]


class Actor(BaseModel):
    """The administrator who acts as a user, and the session in which they do."""

    model_config = ConfigDict(strict=True, frozen=True)

    sub: str = Field(pattern=ID)
    sid: str = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks, as the verified token says."""

    user_id: UUID
    session_id: str
    roles: tuple[str, ...]
    permissions: frozenset[str]
    acr: str
    authenticated_at: float
    expires_at: int
    actor: Actor | None = None
    #: the only farms that the token is for; None: all of the user's
    farms: tuple[UUID, ...] | None = None
    #: what a program's token stands on besides the session: its grant, and that the program is known
    stands_on: tuple[str, ...] = ()

    @property
    def foundations(self) -> tuple[str, ...]:
        """Everything that the token ends with."""
        return (self.session_id, *((self.actor.sid,) if self.actor else ()), *self.stands_on)

    def may_ask(self, method: str, path: str) -> bool:
        """Whether such a request is theirs to make: who acts as a user reads only."""
        is_question = method == "POST" and (path.endswith("/query") or path == "/graphql" or "/v2/search/" in path)
        return self.actor is None or method in ("GET", "HEAD") or is_question


class Claims(BaseModel):
    """What every token says, in the types that it must have; the Bun side reads the same."""

    model_config = ConfigDict(strict=True, frozen=True)

    sub: str = Field(pattern=ID)
    sid: str = Field(min_length=1)
    jti: str = Field(min_length=1)
    roles: list[str]
    acr: str
    auth_time: float
    iat: float
    exp: float
    #: the only permissions that this token may use; absent: all that the roles have
    scope: str = ""
    act: Actor = Actor.model_construct(sub="", sid="")
    #: the only farms that this token is for; absent: all of the user's
    farms: list[Farm] = Field(default=[], min_length=1)
    stands_on: list[Annotated[str, Field(min_length=1)]] = Field(default=[], max_length=4)

    @model_validator(mode="after")
    def bounded(self) -> Self:
        """Whoever names farms names permissions too: the other ones belong to no farm."""
        if "farms" in self.model_fields_set and "scope" not in self.model_fields_set:
            raise ValueError("farms without scope")
        return self

    @property
    def named_farms(self) -> tuple[UUID, ...] | None:
        """The farms that the token names; None when it names none."""
        return tuple(map(UUID, self.farms)) if "farms" in self.model_fields_set else None

    @property
    def actor(self) -> Actor | None:
        """Who acts as the user; None when it is the user."""
        return self.act if "act" in self.model_fields_set else None

    @property
    def user_id(self) -> UUID:
        """The user."""
        return UUID(self.sub)


class Verifier:
    """Turns an Authorization header into a Principal. Signatures already checked are remembered until they expire."""

    def __init__(self, settings: PlatformSettings) -> None:
        self._settings = settings
        self._keys, self._permissions = KeySet(settings), Permissions(settings)
        self._revocations = Revocations(settings)
        self._seen: OrderedDict[str, Claims] = OrderedDict()

    async def principal(self, header: str | None) -> Principal:
        """The caller behind an `Authorization: Bearer` header.

        Raises:
            NotAuthenticated: missing, malformed, forged, expired, or its session has ended; the
                answer does not say which.
            SessionsUnknown: nobody can say whether the session has ended.
        """
        claims = await self._claims(bearer(header))
        roles = tuple(claims.roles)
        permissions = await self._permissions.of(roles)
        if "scope" in claims.model_fields_set:
            permissions &= frozenset(claims.scope.split())
        shown = claims.acr, claims.auth_time
        narrowed = claims.actor, claims.named_farms
        known = claims.user_id, claims.sid, roles, permissions
        me = Principal(*known, *shown, int(claims.exp), *narrowed, stands_on=tuple(claims.stands_on))
        await self.refuse_ended(me)
        return me

    async def refuse_ended(self, principal: Principal) -> None:
        """For whoever was let in before and still watches.

        Raises:
            NotAuthenticated: the session has ended, or whatever else the token stands on.
        """
        for each in principal.foundations:
            if await self._revocations.covers(each):
                raise NotAuthenticated

    def known(self, header: str) -> str | None:
        """The user of a header that was verified before; does not wait, and does not say whether it still counts."""
        scheme, _, token = header.partition(" ")
        claims = self._seen.get(token) if scheme.lower() == "bearer" else None
        return claims.sub if claims else None

    async def is_ready(self) -> bool:
        """Whether keys and permissions are at hand."""
        return bool(await self._permissions.of(("farmer",)))

    async def _claims(self, token: str) -> Claims:
        claims = self._seen.get(token)
        if claims is None:
            claims = await self._verify(token)
            self._seen[token] = claims
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
        elif claims.exp + LEEWAY_S < time.time():
            del self._seen[token]
            raise NotAuthenticated
        return claims

    async def _verify(self, token: str) -> Claims:
        try:
            head = jwt.get_unverified_header(token)
            kind = str(head.get("typ")).lower().removeprefix("application/")
            if head.get("alg") != "ES256" or kind != "at+jwt" or "crit" in head:
                raise NotAuthenticated
            key = await self._keys.find(str(head.get("kid")))
            if key is None:
                raise NotAuthenticated
            content = jwt.decode(
                token,
                key,
                algorithms=["ES256"],
                audience=self._settings.audience,
                issuer=self._settings.issuer,
                leeway=LEEWAY_S,
                options={"require": REQUIRED},
            )
            claims = Claims.model_validate(content)
        except (jwt.PyJWTError, ValidationError) as error:
            raise NotAuthenticated from error
        life_s = IMPERSONATION_S if claims.actor else self._settings.access_token_seconds
        if time.time() - claims.iat > life_s + LEEWAY_S:
            raise NotAuthenticated
        return claims


def bearer(header: str | None) -> str:
    """The token of an Authorization header."""
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > MAX_TOKEN or " " in token:
        raise NotAuthenticated
    return token
