"""`./bellwether bench farm`: what a breeder waits for, on a farm of its own, a line for each step.

A step is a function that is given the farm and says what it measured; a new one is a line in `STEPS`. Each figure
stands beside its target, and beside a peer where there is one.
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
from bellwether.commands.demo.client import Refused
from farm_ground import Ground, Row
from farm_reading import ancestors, flock_page
from farm_sync import sync
from farm_writing import animals_with_pedigree, million_weights
from rich.console import Console
from rich.table import Table

Step = Callable[[Ground], list[Row]]
STEPS: dict[str, Step] = {
    "animals": animals_with_pedigree,
    "weights": million_weights,
    "page": flock_page,
    "ancestors": ancestors,
    "sync": sync,
}


def show(found: list[Row], title: str = "bench farm") -> None:
    """A table for a person."""
    table = Table("step", "size", "value", "target", "met", "peer", "ratio", "remark", title=title)
    for row in found:
        peer = f"{row['peer_value']:,.1f} {row['unit']}: {row['peer']}" if row["peer"] else ""
        ratio = f"{row['ratio']:.2f}" if row["ratio"] else ""
        target = f"{row['target']:,.0f}" if row["target"] else ""
        met = "" if row["met"] is None else "yes" if row["met"] else "no"
        value = f"{row['value']:,.1f} {row['unit']}"
        table.add_row(str(row["step"]), str(row["size"]), value, target, met, peer, ratio, str(row["remark"]))
    Console().print(table)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    ground = Ground(arguments.data, scale=0.1 if arguments.quick else 1.0)
    found, failed = list[Row](), list[str]()
    for name, step in STEPS.items():
        if arguments.only in name:
            try:
                found += step(ground)
            except (Refused, httpx.HTTPError) as error:
                failed.append(f"{name}: {why(error)}")
    if arguments.json:
        print(json.dumps({"rows": found}, indent=2))
    else:
        show(found)
    for line in failed:
        print(f"bench farm: {line}", file=sys.stderr)
    sys.exit(bool(failed))


def why(error: Refused | httpx.HTTPError) -> str:
    """What kept a step from its end, in words."""
    if isinstance(error, Refused):
        return f"the platform refused: {error}"
    said = "did not answer in time" if isinstance(error, httpx.TimeoutException) else "does not answer"
    return f"the platform {said} ({type(error).__name__}). See ./bellwether status, or try again with less beside it"


if __name__ == "__main__":
    main()
