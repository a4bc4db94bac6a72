"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bellwether.launch.machine.folders import default_data

DataDir = Annotated[
    Path,
    typer.Option("--data", envvar="BELLWETHER_DATA_DIR", help="The state folder.", default_factory=default_data,
                 show_default=".bellwether in the repository"),
]  # fmt: skip
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]
