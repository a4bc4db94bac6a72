"""The command-line program: a table of commands, each loaded only when it is called."""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any, NoReturn

import typer
import typer.core
import typer.main

from bellwether.launch.errors import LaunchError
from bellwether.modelling.findings import Finding, WrongCommand
from bellwether.modelling.kernel_cache import ensure_kernel_cache

#: name -> (where it is, what `--help` says of it)
COMMANDS = {
    "up": ("bellwether.commands.up:up", "Start the whole platform."),
    "down": ("bellwether.commands.down:down", "Stop it, completely."),
    "status": ("bellwether.commands.status:status", "State, address, pid, version and uptime of each part."),
    "doctor": ("bellwether.commands.doctor:doctor", "What is missing on this machine and how to get it."),
    "demo": ("bellwether.commands.demo.show:demo", "A flock from its files to its breeding values."),
    "test": ("bellwether.commands.run_tests:test", "Run every test."),
    "evaluate": ("bellwether.commands.evaluate:evaluate", "Breeding values from files, without a server."),
    "evaluation-inputs": (
        "bellwether.commands.evaluations.inputs:evaluation_inputs",
        "Files of a finished evaluation, for `evaluate`.",
    ),
    "migrate": ("bellwether.commands.migrate:migrate", "Bring the schemas up to date."),
    "dead-letters": ("bellwether.commands.dead_letters:app", "Messages that no consumer could take: list, replay."),
    "mail": ("bellwether.commands.people.mail:mail", "What the platform wrote to people without a mail server."),
    "user": ("bellwether.commands.people.user:user", "Accounts of users: set their roles."),
    "mcp": ("bellwether.commands.people.mcp:mcp", "A flock for an assistant, over standard input and output."),
    "bench": ("bellwether.commands.bench:app", "Measure the platform."),
    "openapi": ("bellwether.commands.openapi:openapi", "Write the contracts that the services publish."),
}


class Commands(typer.core.TyperGroup):
    """Lists commands without importing them."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the framework's signature
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """A name with its summary is enough for the list of commands."""
        if cmd_name not in COMMANDS:
            return None
        return typer.core.TyperCommand(cmd_name, help=COMMANDS[cmd_name][1])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, command, rest = super().resolve_command(ctx, args)
        return name, load(name) if name in COMMANDS else command, rest


def load(name: str) -> Any:
    """The command behind a name: a function, or a Typer application with commands of its own."""
    module, _, attribute = COMMANDS[name][0].partition(":")
    found = getattr(importlib.import_module(module), attribute)
    if isinstance(found, typer.Typer):
        return typer.main.get_group(found)
    if not callable(found) or hasattr(found, "make_context"):
        return found
    single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    single.command(name)(found)
    return typer.main.get_command(single)


app = typer.Typer(cls=Commands, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def bellwether() -> None:
    """bellwether: an open platform for sheep genetics.

    Example: ./bellwether demo
    """


def main() -> None:
    """Run the command line; an error that a person can mend is one sentence and its remedy, or with `--json` a problem
    document."""
    ensure_kernel_cache()
    as_json = "--json" in sys.argv[1:]
    try:
        sys.exit(app(prog_name="bellwether", standalone_mode=not as_json))
    except typer.Abort:
        sys.exit(130)
    except LaunchError as error:
        _tell(Finding("command line", None, "cannot_go_on", error.problem, error.remedy), error.exit_code, as_json)
    except Exception as error:
        # what the framework says of words that it does not understand, raised outside of its standalone mode alone
        if not hasattr(error, "format_message"):
            raise
        words = f"bellwether {_command()}".rstrip()
        finding = Finding("command line", None, "usage", error.format_message(), f"See {words} --help")
        _tell(finding, 2, as_json)


def _tell(finding: Finding, exit_code: int, as_json: bool) -> NoReturn:
    if as_json:
        typer.echo(json.dumps(WrongCommand([finding]).document(_command()), indent=2))
    else:
        typer.echo(f"bellwether: {finding.message}", err=True)
        if finding.fix:
            typer.echo(finding.fix, err=True)
    sys.exit(exit_code)


def _command() -> str:
    return next((word for word in sys.argv[1:] if word in COMMANDS), "")


if __name__ == "__main__":
    main()
