"""The command `evaluate` of the command-line program."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bellwether.commands.evaluations.printing import say
from bellwether.modelling.kernel_cache import ensure_kernel_cache

if TYPE_CHECKING:
    from rich.progress import Progress

    from bellwether.modelling.findings import BadInput
    from bellwether.modelling.from_files import Described
    from bellwether.modelling.results.sections import Check, Report

app = typer.Typer(add_completion=False, help="Files in, breeding values out.")


@app.command()
def evaluate(
    pedigree: Annotated[Path, typer.Option(help="animal,sire,dam; unknown parents empty or 0")],
    out: Annotated[Path, typer.Option(help="Folder for the results; made when absent")],
    records: Annotated[Path | None, typer.Option(help="One row per record, with a column animal")] = None,
    model: Annotated[Path | None, typer.Option(help="Model file (TOML)")] = None,
    genotypes: Annotated[str | None, typer.Option(help="PLINK prefix, VCF or CSV of dosages")] = None,
    scheduler: Annotated[str | None, typer.Option(help="Dask scheduler, tcp://host:8786: its workers help")] = None,
    start: Annotated[Path | None, typer.Option(help="Results of an earlier evaluation: begin from there")] = None,
    missing: Annotated[
        list[str] | None, typer.Option(help="A cell that means unknown, such as -9 or *; may be repeated")
    ] = None,
    decimal: Annotated[str | None, typer.Option(help="Decimal mark of the records, . or , (the file tells)")] = None,
    dates: Annotated[str | None, typer.Option(help="Order of birth dates, dmy, mdy or ymd (the file tells)")] = None,
    describe: Annotated[
        bool, typer.Option("--describe", help="Write statistics of the input, and solve nothing")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report, or the problem, as JSON")] = False,
) -> None:
    """Estimate breeding values from a pedigree, records and a model; without records, inbreeding and genotype quality.

    Example: ./bellwether evaluate --pedigree ped.csv --records rec.csv --model model.toml --out results
    """
    if str(out).startswith("--"):
        raise typer.BadParameter(f"{out} is an option, where the folder should stand", param_hint="--out")
    if decimal not in (None, ".", ","):
        raise typer.BadParameter(f"{decimal} is no decimal mark", param_hint="--decimal")
    if dates not in (None, "dmy", "mdy", "ymd"):
        raise typer.BadParameter(f"{dates} is no order of dates", param_hint="--dates")
    from bellwether.modelling.findings import BadInput, ended_early
    from bellwether.modelling.from_files import describe_files, run
    from bellwether.modelling.reading_answers import Answers

    answers = Answers(tuple(missing or ()), decimal, dates)  # type: ignore[arg-type]

    try:
        if describe:
            found = describe_files((pedigree, records, genotypes), model, out, answers)
            say(json.dumps(found, indent=2) if as_json else _description(found, out), f"the pages are in {out}")
            return
        with Display(quiet=as_json) as display, ended_early():
            report = run(pedigree, records, model, genotypes, out, display, scheduler, answers, start)
    except BadInput as problem:
        _print_problem(problem, as_json)
        raise typer.Exit(problem.exit_code) from problem
    say(json.dumps(report, indent=2) if as_json else _summary(report, out), f"the results are in {out}")


PLAIN = (["commas"], ["tabs"], ["spaces"])


class Display:
    """A progress bar on a terminal, nothing elsewhere."""

    def __init__(self, *, quiet: bool) -> None:
        self._bar: Progress | None = None
        self._wanted = sys.stderr.isatty() and not quiet

    def __enter__(self) -> Display:
        if self._wanted:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (TextColumn("{task.description:<12}"), BarColumn(), TimeElapsedColumn())
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task("read", total=1.0)
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, share: float, step: str) -> None:
        """Show that `step` runs and which share of the work is done."""
        if self._bar is not None:
            self._bar.update(self._task, completed=share, description=step)


def _print_problem(problem: BadInput, as_json: bool) -> None:
    if as_json:
        say(json.dumps(problem.document(), indent=2))
        return
    told = problem.told()
    typer.echo(f"{problem.title}; nothing was written.{told and f' {told}:'}", err=True)
    for finding in problem.findings:
        typer.echo(str(finding), err=True)
    for warning in problem.warnings:
        typer.echo(f"warning: {warning['message']}", err=True)


def _description(found: Described, out: Path) -> str:
    from bellwether.modelling.statistics.text_page import as_text

    lines = [f"{name} read as: {', '.join(told)}" for name, told in found["read"].items() if told]
    lines += ["", as_text(found["statistics"]), ""]
    lines += [f"warning: {warning['message']}" for warning in found["warnings"]]
    return "\n".join([*lines, f"pages in {out}: statistics.html, statistics.json, statistics.txt"])


def _summary(report: Report, out: Path) -> str:
    counts = report["counts"]
    lines = [f"{counts['animals']:,} animals, {counts.get('records', 0):,} records, method {report['method']}"]
    if "convergence" in report:
        found = report["convergence"]
        lines.append(
            f"{counts['equations']:,} equations, {_times(found['iterations'])}, largest change "
            f"{found['largest_change']:.1e} genetic SD, relative residual {found['relative_residual']:.1e}"
        )
    lines += [
        f"{name} read as: {', '.join(told)}" for name, told in report["read"].items() if told and told not in PLAIN
    ]
    lines += _check_lines(report.get("reliability_check"))
    lines += [f"warning: {warning['message']}" for warning in report["warnings"]]
    seconds = sum(step["seconds"] for step in report["steps"])
    return "\n".join([*lines, f"{seconds:.2f} s; results in {out}"])


def _times(iterations: int) -> str:
    return f"{iterations:,} iteration{'' if iterations == 1 else 's'}"


def _check_lines(check: Check | None) -> list[str]:
    if check is None:
        return []
    whole = f"bias {check['bias']:+.4f}, SD {check['sd']:.4f}, largest {check['maximum']:.4f}"
    lines = [f"approximate reliabilities beside {check['n_checked']} exact ones: {whole}"]
    for part in check["classes"]:
        spread = "-" if part["sd"] is None else f"{part['sd']:.4f}"
        found = f"bias {part['bias']:+.4f}, SD {spread}, largest {part['maximum']:.4f}"
        lines.append(
            f"  {part['lower']:.1f} to {part['upper']:.1f}: {part['n_checked']} of {part['n_values']:,}, {found}"
        )
    return lines


def main() -> None:
    """Run the command by itself."""
    ensure_kernel_cache()
    app()


if __name__ == "__main__":
    main()
