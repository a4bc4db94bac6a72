"""`user`: what an operator does to accounts from the machine itself."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Annotated

import typer

from bellwether.catalogue import process_of
from bellwether.commands.options import DataDir
from bellwether.launch.errors import LaunchError
from bellwether.launch.machine import keys
from bellwether.launch.machine.folders import Folders
from bellwether.launch.machine.state import State, running_state

user = typer.Typer(
    help="Accounts of users.\n\nExample: ./bellwether user roles ada@example.org farmer", no_args_is_help=True
)
ROLES = ("farmer", "researcher", "student", "administrator")


@user.callback()
def _with_sub_commands() -> None:
    # without a callback, a single sub-command would take the place of its group
    return


@user.command()
def roles(
    data: DataDir,
    email: Annotated[str, typer.Argument(help="The address the user registered with.")],
    role: Annotated[list[str], typer.Argument(help="One or more of: " + ", ".join(ROLES))],
) -> None:
    """Set the roles of a user; earlier ones are replaced.

    Example: ./bellwether user roles ada@example.org farmer researcher
    """
    unknown = [name for name in role if name not in ROLES]
    if unknown:
        raise LaunchError(f"There is no role {', '.join(unknown)}.", f"The roles are {', '.join(ROLES)}.")
    folders = Folders.of(data)
    state = running_state(folders)
    set_roles(folders, state, email, role)
    typer.echo(f"{email}: {', '.join(role)}")


@user.command()
def verify(
    data: DataDir,
    email: Annotated[str, typer.Argument(help="The address the user registered with.")],
    take_back: Annotated[bool, typer.Option("--take-back", help="It turned out not to be the user's.")] = False,
) -> None:
    """Say that an address is the user's own, which you have made sure of; invitations to it can then be accepted.

    Example: ./bellwether user verify ada@example.org
    """
    folders = Folders.of(data)
    state = running_state(folders)
    ask_auth(folders, state, "addresses", {"email": email, "verified": not take_back})
    typer.echo(f"{email}: {'no longer verified' if take_back else 'verified'}")


def set_roles(folders: Folders, state: State, email: str, role: list[str]) -> None:
    """Give a user these roles and no others."""
    ask_auth(folders, state, "roles", {"email": email, "roles": role})


def ask_auth(folders: Folders, state: State, what: str, body: dict[str, object]) -> None:
    """Ask the auth service at its own port, with the operator's secret."""
    secret = keys.text_file(folders, "operator.secret").read_text().strip()
    address = state.address(process_of("auth", state.split))
    request = urllib.request.Request(  # noqa: S310 - our own address
        f"{address}/api/v1/auth/operator/{what}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Authorization": f"Operator {secret}"},
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            answer.read()
    except urllib.error.HTTPError as error:
        raise LaunchError(f"The auth service refused: {_detail(error)}.", "Has the user registered?") from error
    except OSError as error:
        raise LaunchError(f"The auth service does not answer: {error}.", f"See {folders.command('status')}.") from error


def _detail(error: urllib.error.HTTPError) -> str:
    try:
        found = json.loads(error.read())
        return str(found.get("detail") or found.get("title") or error.reason).rstrip(".")
    except ValueError:
        return str(error.reason)
