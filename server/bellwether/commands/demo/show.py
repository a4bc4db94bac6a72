"""`./bellwether demo`: a flock from its files to a ranked list of rams."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import plotext
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bellwether.commands.demo.client import Client, Refused
from bellwether.commands.demo.season import FARM, YEAR, DemoSeason
from bellwether.commands.demo.selection import EWES, INDEX, MOST_INBREEDING, RAMS, DemoSelection
from bellwether.commands.demo.steps import EMAIL, FILES, DemoFlock, Watch
from bellwether.commands.options import DataDir
from bellwether.commands.start_progress import Progress as StartProgress
from bellwether.launch.errors import LaunchError
from bellwether.launch.machine.folders import Folders
from bellwether.launch.machine.state import State
from bellwether.launch.watch.platform import ensure_up
from bellwether.sheep.traits import TRAITS

console = Console()
RANKED_BY = "PWT"


def demo(data: DataDir) -> None:
    """Start the platform, load the example flock, evaluate it, show the best rams and the trend, and play a season.

    Running it again gives the same and doubles nothing; its last line says how to stop the platform.

    Example: ./bellwether demo
    """
    console.rule("Starting the platform")
    progress = StartProgress()
    state = ensure_up(data, say=progress.say, watch=progress.watch)
    folders = Folders.of(data)
    remedy = f"See {folders.command('status')} and the logs in {folders.logs}."
    with Client(state.public_url) as client:
        try:
            show(DemoFlock(client, folders, state))
        except Refused as refused:
            raise LaunchError(f"The platform refused: {refused}.", remedy) from refused
        except httpx.HTTPError as error:
            raise LaunchError(f"The platform at {state.public_url} does not answer: {error}.", remedy) from error
    addresses(state)


def show(flock: DemoFlock) -> None:
    """Everything in its order."""
    console.rule("A farmer and a flock")
    console.print(f"logged in as {flock.account()}")
    flock.place()
    console.print(f"farm [bold]{flock.farm['name']}[/], flock [bold]{flock.flock['name']}[/] ({flock.flock['code']})")
    for name, options in FILES:
        load(flock, name, options)
    console.rule("Evaluation")
    with bar("animal model, all traits together") as watch:
        run = flock.evaluate(watch)
    show_run(run)
    rams = flock.best_rams(RANKED_BY)
    show_rams(rams, flock.tags([ram["sire_id"] for ram in rams if ram["sire_id"]]))
    show_trend(flock.trend(RANKED_BY))
    show_selection(DemoSelection(flock.client, flock.farm["id"], flock.flock["id"]))
    show_season(DemoSeason(flock.client))


def load(flock: DemoFlock, name: str, options: dict[str, str]) -> None:
    """One file: its counts, and every row that was refused with the reason and the remedy."""
    console.rule(f"Importing {name}")
    with bar(name) as watch:
        done = flock.load(name, options, watch)
    console.print(
        f"{done['rows_in']:,} rows in = {done['rows_accepted']:,} accepted + {done['rows_rejected']:,} rejected"
    )
    table = Table("row", "field", "rule", "what is wrong", "what to do", title="Rows that were refused")
    for row in flock.faults(done["id"]):
        table.add_row(str(row["row"]), row["field"] or "", row["code"], row["message"], row["fix"])
    console.print(table)


def show_run(run: dict[str, Any]) -> None:
    """What the evaluation was made of."""
    counts, solved = run["counts"], run["convergence"]
    console.print(
        f"{counts['animals']:,} animals, {counts['observations']:,} records, traits {', '.join(run['traits'])}; "
        f"solution {solved['method']}, residual {solved['relative_residual']:.0e}; engine {run['engine_version']}"
    )


def show_rams(rams: list[dict[str, Any]], sires: dict[str, str]) -> None:
    """The ten best rams."""
    heads = ("rank", "tag", "born", f"EBV {TRAITS[RANKED_BY].unit}", "reliability", "inbreeding", "sire")
    table = Table(*heads, title=f"The ten best rams for {RANKED_BY}")
    for rank, ram in enumerate(rams, start=1):
        table.add_row(
            str(rank), ram["tag"], str(ram["drop_year"]), shown(ram["value"]), f"{ram['reliability']:.2f}",
            f"{ram['inbreeding']:.3f}", sires.get(ram["sire_id"], ""),
        )  # fmt: skip
    console.print(table)


def show_selection(selection: DemoSelection) -> None:
    """The best rams by an index of several traits, and which ewe goes to which of them."""
    console.rule(f"Selection: the index {INDEX['name']}")
    index = selection.index()
    rams = selection.best(index["id"], "male", RAMS)
    traits = [weight["trait"] for weight in index["weights"]]
    heads = ("rank", "tag", "born", index["currency"], "rel.", "pct.", *(f"{trait} rel." for trait in traits))
    table = Table(*heads, title="The ten best rams by the index, with reliability and percentile")
    for rank, ram in enumerate(rams, start=1):
        parts = {part["trait"]: f"{part['value']:+.2f} {part['reliability']:.2f}" for part in ram["parts"]}
        table.add_row(
            str(rank), ram["tag"], str(ram["drop_year"]), f"{ram['value']:+.2f}", f"{ram['reliability']:.2f}",
            f"{ram['percentile']:.1f}", *(parts[trait] for trait in traits),
        )  # fmt: skip
    console.print(table)
    ewes = selection.best(index["id"], "female", EWES)
    with bar("mating plan") as watch:
        plan = selection.matings(index["id"], rams, ewes, watch)
    show_matings(plan, {animal["animal_id"]: animal["tag"] for animal in (*rams, *ewes)})


def show_matings(plan: dict[str, Any], tags: dict[str, str]) -> None:
    """The ewes of each ram, with the inbreeding of their lambs."""
    table = Table("ram", "ewe (inbreeding of their lambs)", title="Mating list")
    for ram in plan["rams"]:
        mated = [one for one in plan["matings"] if one["ram_id"] == ram["ram_id"]]
        pairs = ", ".join(f"{tags[one['ewe_id']]} ({one['inbreeding']:.3f})" for one in mated)
        table.add_row(tags[ram["ram_id"]], pairs or "-")
    console.print(table)
    console.print(
        f"mean index of the lambs {plan['mean_value']:+.2f}, mean inbreeding {plan['mean_inbreeding']:.4f}, none above "
        f"{MOST_INBREEDING}; no other plan within these limits is better by more than {max(plan['gap'], 0.0):.0e}",
        highlight=False,
    )


def show_trend(trend: dict[str, Any]) -> None:
    """Mean breeding value by drop, as a plot."""
    years = [point["drop_year"] for point in trend["points"]]
    values = [point["mean"] for point in trend["points"]]
    plotext.clear_figure()
    plotext.theme("clear")
    plotext.plot_size(78, 16)
    plotext.plot(years, values, marker="dot")
    plotext.scatter(years, values, marker="o")
    plotext.xticks(years)
    unit = TRAITS[RANKED_BY].unit
    plotext.title(
        f"Genetic trend {RANKED_BY}: mean EBV ({unit}) by year of drop, {shown(trend['slope'])} {unit} a year"
    )
    console.print(plotext.uncolorize(plotext.build()), markup=False, highlight=False, soft_wrap=True)


def show_season(season: DemoSeason) -> None:
    """From joining to sale: who was not sold and why, and the rates."""
    console.rule(f"A season: {FARM}, {YEAR}")
    for item in season.play():
        for error in item["errors"]:
            console.print(f"refused: {error['message']}. {error['fix']}", highlight=False)
    table = Table("rate", "of", "", "definition", title=f"Rates of the season {YEAR}")
    for rate in season.rates():
        if rate["by"] is None:
            unit = " %" if rate["unit"] == "%" else ""
            value = "-" if rate["value"] is None else f"{rate['value']:.{1 if unit else 2}f}{unit}"
            counts = f"{rate['numerator']}/{rate['denominator']}"
            table.add_row(rate["name"].replace("_", " "), counts, value, rate["definition"])
    console.print(table)


def shown(value: float) -> str:
    """A breeding value: signed, with one decimal more than the trait is recorded with."""
    return f"{value:+.{TRAITS[RANKED_BY].decimals + 1}f}"


def addresses(state: State) -> None:
    """Where to look next."""
    console.rule("The platform is running")
    base, password = state.public_url, Path(state.data) / "keys" / "demo-farmer.password"
    rows = {
        "API documentation": f"{base}/docs",
        "GraphQL": f"{base}/graphql",
        "health": f"{base}/healthz",
        "log in as": f"{EMAIL}, password in {password}",
        "stop with": Folders.of(state.data).command("down"),
    }
    for what, value in rows.items():
        console.print(f"{what:>18}  {value}", highlight=False, soft_wrap=True)


@contextmanager
def bar(what: str) -> Iterator[Watch]:
    """A progress bar that follows a job."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} % {task.fields[stage]}"),
    )
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task(what, total=1.0, stage="")

        def watch(job: dict[str, Any]) -> None:
            done = 1.0 if job["state"] == "succeeded" else job["progress"]
            progress.update(task, completed=done, stage=job["stage"] or job["state"])

        yield watch
        progress.update(task, completed=1.0)
