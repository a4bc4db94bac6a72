"""A told model, checked before a flock is read: everything that can be known without the records."""

from collections.abc import Iterator

import numpy as np
from bellwether_engine import EngineError, Groups, Model, ModelError
from bellwether_engine.equations.checks import check_effects, check_options
from bellwether_engine.model.variances import inverse
from numpy.typing import NDArray

from bellwether.modelling.findings import refuse
from bellwether.modelling.flocks.columns import check_columns
from bellwether.modelling.flocks.unknown_parents import rules_of
from bellwether.modelling.model_file.genomic_table import BY_NAME
from bellwether.modelling.model_file.model_file import told_model
from bellwether.modelling.model_file.schema import ModelTable

# own: what one evaluation of a flock may ask of the machine
MOST_TRAITS, MOST_EFFECTS, MOST_ITERATIONS, MOST_SAMPLES, MOST_THREADS = 20, 100, 100_000, 10_000, 64


def check_told(table: ModelTable) -> None:
    """Refuse a model that cannot be carried out for any flock.

    Raises:
        BadInput: one finding, whose `field` is the place in the model.
    """
    model = told_model(table).model
    try:
        _refuse_what_is_not_a_flocks(table)
        check_columns(table)
        check_options(model.options)
        check_effects(model.effects, model.traits)
        for place, matrix in matrices_of(model):
            inverse(matrix, place)
        given = table.groups_of_parents
        if given is not None:
            rules_of(given.names)
            gamma = None if table.metafounders is None else np.array(table.metafounders.gamma, dtype=np.float64)
            nobody = np.empty(0, dtype=np.int32)
            Groups(nobody, nobody, len(given.names), gamma)
    except EngineError as error:
        place = "metafounders.gamma" if error.code == "gamma" else error.place
        raise refuse("model", None, error.code, error.message, error.fix, place) from error


def matrices_of(model: Model) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Each covariance matrix with its place."""
    given = model.variances
    for name in ("additive", "additive_maternal", "permanent", "permanent_dam"):
        matrix = getattr(given, name)
        if matrix is not None:
            yield f"variances.{name}", matrix
    for name, matrix in given.random.items():
        yield f"variances.random.{name}", matrix
    by_class = given.residual if given.residual.ndim == 3 else given.residual[None]
    for matrix in by_class:
        yield "variances.residual", matrix


def _refuse_what_is_not_a_flocks(table: ModelTable) -> None:
    """Other machines, other files, and more than one evaluation may ask for."""
    options = table.options
    if not table.trait_names:
        raise ModelError("no_trait", "the model has no trait", place="traits", fix="Name the traits to evaluate")
    if options.scheduler is not None:
        message, place = "the platform chooses the machines of an evaluation", "options.scheduler"
        raise ModelError("not_available", message, place=place, fix="Leave it out")
    if table.genomic is not None and table.genomic.frequencies not in (None, *BY_NAME):
        message, place = "frequencies from a file are for the command `evaluate`", "genomic.frequencies"
        raise ModelError("not_available", message, place=place, fix=f"Choose {', '.join(BY_NAME)}, or leave it out")
    limits = (
        ("traits", len(table.trait_names), MOST_TRAITS),
        ("effects", len(table.effects), MOST_EFFECTS),
        ("options.maximum_iterations", options.maximum_iterations, MOST_ITERATIONS),
        ("options.samples", options.samples, MOST_SAMPLES),
        ("options.threads", options.threads, MOST_THREADS),
    )
    for place, asked, most in limits:
        if asked > most:
            message = f"{place}: {asked:,} are more than {most:,}"
            raise ModelError("too_large", message, place=place, fix=f"Ask for at most {most:,}")
