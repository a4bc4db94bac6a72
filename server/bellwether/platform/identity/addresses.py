"""The verified address of a user, which the auth service alone knows."""

from uuid import UUID

import httpx
import structlog

from bellwether.platform.identity.revocations import read_secret
from bellwether.platform.problems import Busy
from bellwether.platform.settings import PlatformSettings

log = structlog.get_logger()


class Addresses:
    """Asked when an address decides something; nothing is kept here, for an address is personal and may change."""

    def __init__(self, settings: PlatformSettings) -> None:
        self._url = f"{settings.auth_url}/api/v1/auth/internal/addresses"
        self._secret = read_secret(settings.service_secret_file)

    async def of(self, user_id: UUID) -> str | None:
        """The user's address if it has been verified.

        Raises:
            Busy: the auth service does not answer.
        """
        headers = {"Authorization": f"Service {self._secret}"}
        try:
            async with httpx.AsyncClient(timeout=3) as client:
                answer = await client.get(f"{self._url}/{user_id}", headers=headers)
                answer.raise_for_status()
                email = answer.json()["email"]
        except (httpx.HTTPError, KeyError, ValueError) as error:
            log.warning("address_unavailable", error=repr(error))
            raise Busy("The auth service does not answer: try again in a moment") from error
        return None if email is None else str(email)
