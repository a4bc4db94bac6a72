"""Access tokens: ES256, verified through the auth service's JWKS (RFC 9068, RFC 8725)."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import NotRequired, TypedDict, cast
from uuid import UUID

import jwt

from bellwether.platform.identity.published_documents import KeySet, Permissions
from bellwether.platform.identity.revocations import Revocations
from bellwether.platform.problems import NotAuthenticated
from bellwether.platform.settings import PlatformSettings

MAX_HEADER = 4096
LEEWAY_S = 30
REMEMBERED = 20_000
REQUIRED = ["exp", "iat", "sub", "sid", "jti", "iss", "aud"]


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks, as the verified token says."""

    user_id: UUID
    session_id: str
    roles: tuple[str, ...]
    permissions: frozenset[str]
    acr: str
    expires_at: int


class Claims(TypedDict):
    """What we read of a verified token."""

    sub: str
    sid: str
    exp: int
    roles: NotRequired[list[str]]
    acr: NotRequired[str]


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
            NotAuthenticated: missing, malformed, forged, expired or revoked; the answer does not say which.
        """
        claims = await self._claims(bearer(header))
        roles = tuple(str(role) for role in claims.get("roles", ()))
        try:
            user_id = UUID(claims["sub"])
        except ValueError as error:
            raise NotAuthenticated from error
        return Principal(
            user_id,
            str(claims["sid"]),
            roles,
            await self._permissions.of(roles),
            str(claims.get("acr", "")),
            claims["exp"],
        )

    async def is_revoked(self, principal: Principal) -> bool:
        """Whether the session was ended, by the revocation feed; True as well when the feed cannot be read."""
        return await self._revocations.covers(principal.session_id)

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
        elif claims["exp"] + LEEWAY_S < time.time():
            del self._seen[token]
            raise NotAuthenticated
        return claims

    async def _verify(self, token: str) -> Claims:
        try:
            head = jwt.get_unverified_header(token)
            if head.get("alg") != "ES256" or head.get("typ") != "at+jwt" or "crit" in head:
                raise NotAuthenticated
            key = await self._keys.find(str(head.get("kid")))
            if key is None:
                raise NotAuthenticated
            claims = jwt.decode(
                token,
                key,
                algorithms=["ES256"],
                audience=self._settings.audience,
                issuer=self._settings.issuer,
                leeway=LEEWAY_S,
                options={"require": REQUIRED},
            )
        except jwt.PyJWTError as error:
            raise NotAuthenticated from error
        return cast(Claims, claims)


def bearer(header: str | None) -> str:
    """The token of an Authorization header."""
    if not header or len(header) > MAX_HEADER or not header.startswith("Bearer "):
        raise NotAuthenticated
    return header[7:]
