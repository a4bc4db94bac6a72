"""Invitations on the wire."""

import re
import unicodedata
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from bellwether.platform.http.schemas import Schema

Role = Literal["owner", "worker", "viewer"]
ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]+")
INVISIBLE = ("Cc", "Cf")


def normal_address(address: str) -> str:
    """The form in which the auth service compares addresses."""
    return unicodedata.normalize("NFKC", address.strip()).lower()


def an_address(text: str) -> str:
    """An address in normal form."""
    address = normal_address(text)
    if not ADDRESS.fullmatch(address) or any(unicodedata.category(letter) in INVISIBLE for letter in address):
        raise ValueError("is not an email address")
    return address


Email = Annotated[str, StringConstraints(min_length=3, max_length=254), AfterValidator(an_address)]


class NewInvitation(Schema):
    """Somebody to be asked, whether they have an account or not."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "tom@hillfarm.example", "role": "worker"}]})

    email: Email
    role: Role


class Invitation(Schema):
    """An invitation as the owners of its farm see it."""

    id: UUID
    farm_id: UUID
    email: str
    role: Role
    state: Literal["open", "accepted", "withdrawn", "expired"]
    invited_by: UUID
    invited_at: datetime
    expires_at: datetime


class SentInvitation(Invitation):
    """An invitation just made, with the secret that opens it: it is shown this once and stored as a hash."""

    token: str = Field(description="Give it to the holder of the address; nobody else can use it")


class Acceptance(Schema):
    """The secret of an invitation."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"token": "q0Zc2oYpT1iV7b3mJwKxNn2RfG5hD8sLpE4uA6cB9tY"}]}
    )

    token: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{20,100}$")]
