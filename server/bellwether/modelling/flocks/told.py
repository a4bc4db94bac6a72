"""A told model, checked before a flock is read: everything that can be known without the records."""

import json
from collections.abc import Iterator

import numpy as np
from bellwether_engine import EngineError, Groups, Model, ModelError, Pedigree, Records
from bellwether_engine.equations.blocks import fixed_blocks, random_blocks
from bellwether_engine.equations.checks import check_effects, check_options, check_traits
from bellwether_engine.equations.design import build_design
from bellwether_engine.equations.structures import check_structures
from bellwether_engine.model.variances import inverse, is_singular, raised, square
from numpy.typing import NDArray

from bellwether.modelling.findings import refuse
from bellwether.modelling.flocks.columns import check_columns
from bellwether.modelling.flocks.unknown_parents import rules_of
from bellwether.modelling.model_file.genomic_table import BY_NAME
from bellwether.modelling.model_file.model_file import told_model
from bellwether.modelling.model_file.schema import ModelTable

# own: what one evaluation of a flock may ask of the machine
MOST_TRAITS, MOST_EFFECTS, MOST_ITERATIONS, MOST_SAMPLES, MOST_THREADS = 20, 100, 100_000, 10_000, 64
LARGEST_SEED = 2**63 - 1


def check_told(table: ModelTable) -> None:
    """Refuse a model that cannot be carried out for any flock.

    Raises:
        BadInput: one finding, whose `field` is the place in the model.
    """
    model = told_model(table).model
    try:
        _refuse_what_is_not_ours(table)
        check_columns(table)
        check_options(model.options)
        check_effects(model.effects, model.traits)
        check_structures(model)
        _try_on_one_animal(model)
        for place, matrix in matrices_of(model):
            inverse(raised(matrix) if is_singular(matrix) else matrix, place)
        given = table.groups_of_parents
        if given is not None:
            rules_of(given.names)
            gamma = None if table.metafounders is None else square(table.metafounders.gamma, "metafounders.gamma")
            nobody = np.empty(0, dtype=np.int32)
            Groups(nobody, nobody, len(given.names), gamma)
    except EngineError as error:
        place = "metafounders.gamma" if error.code == "gamma" else error.place
        raise refuse("model", None, error.code, error.message, error.fix, place) from error


def _try_on_one_animal(model: Model) -> None:
    """Set up the equations of one animal and its parents: do effects, traits and sizes of matrices go together?"""
    columns: dict[str, NDArray[np.int32] | NDArray[np.float64]] = {}
    for effect in model.effects:
        if effect.basis is not None:
            columns[effect.basis.on] = np.full(1, effect.basis.lower)
        elif effect.kind == "covariate":
            columns[effect.name] = np.zeros(1)
        if effect.kind in ("fixed", "random"):
            columns[effect.name] = np.zeros(1, dtype=np.int32)
    by_class = np.zeros(1, dtype=np.int32) if model.variances.residual.ndim == 3 else None
    records = Records(np.full(1, 2, dtype=np.int32), np.ones((1, len(model.traits))), columns, None, by_class)
    check_traits(model.traits, records)
    sire, dam = np.array([[-1, -1, 0], [-1, -1, 1]], dtype=np.int32)
    random, _ = random_blocks(model.effects, model.traits, records, Pedigree(sire, dam))
    build_design(fixed_blocks(model.effects, model.traits, records), random, records, model.variances)


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


def check_limits(table: ModelTable) -> None:
    """Refuse other machines, other files, and more than one evaluation may ask for.

    Raises:
        BadInput
    """
    try:
        _refuse_what_is_not_ours(table)
    except EngineError as error:
        raise refuse("model", None, error.code, error.message, error.fix, error.place) from error


def _refuse_what_is_not_ours(table: ModelTable) -> None:
    options = table.options
    _refuse_unstorable(table)
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
        ("options.seed", options.seed or 0, LARGEST_SEED),
    )
    for place, asked, most in limits:
        if asked > most:
            message = f"{place}: {asked:,} are more than {most:,}"
            raise ModelError("too_large", message, place=place, fix=f"Ask for at most {most:,}")


def _refuse_unstorable(table: ModelTable) -> None:
    """Text that no database keeps: a NUL, or half of a character."""
    text = json.dumps(table.model_dump(), ensure_ascii=False)
    try:
        text.encode()
        is_text = "\\u0000" not in text
    except UnicodeEncodeError:
        is_text = False
    if not is_text:
        message = "a name in the model holds a sign that is no text"
        raise ModelError("not_text", message, place="effects", fix="Write names with letters, digits and underscores")
