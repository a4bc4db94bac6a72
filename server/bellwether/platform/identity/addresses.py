"""What the auth service alone knows of a user: the verified address, and whether the account stands."""

from uuid import UUID

import httpx
import structlog

from bellwether.platform.identity.revocations import read_secret
from bellwether.platform.problems import Busy
from bellwether.platform.settings import PlatformSettings

log = structlog.get_logger()


class Addresses:
    """Asked when it decides something; nothing is kept here, for an address is personal and all of it may change."""

    def __init__(self, settings: PlatformSettings) -> None:
        self._url = f"{settings.auth_url}/api/v1/auth/internal"
        self._secret = read_secret(settings.service_secret_file)

    async def of(self, user_id: UUID) -> str | None:
        """The user's address if it has been verified.

        Raises:
            Busy: the auth service does not answer.
        """
        email = await self._told("addresses", user_id, "email")
        return None if email is None else str(email)

    async def is_active(self, user_id: UUID) -> bool:
        """Whether the account is there and not disabled, for what lives longer than a session.

        Raises:
            Busy: the auth service does not answer.
        """
        return bool(await self._told("accounts", user_id, "active"))

    async def _told(self, what: str, user_id: UUID, name: str) -> object:
        headers = {"Authorization": f"Service {self._secret}"}
        try:
            async with httpx.AsyncClient(timeout=3) as client:
                answer = await client.get(f"{self._url}/{what}/{user_id}", headers=headers)
                answer.raise_for_status()
                found: object = answer.json()[name]
        except (httpx.HTTPError, KeyError, ValueError) as error:
            log.warning("auth_unavailable", of=what, error=repr(error))
            raise Busy("The auth service does not answer: try again in a moment") from error
        return found
