"""The reference pages leave no option out; that examples of pages run is tested in `server/tests/docs`."""

from dataclasses import fields
from typing import get_args

import pytest
from bellwether.commands.evaluate import app
from bellwether.modelling.model_file.genomic_table import GenomicTable
from bellwether.modelling.model_file.schema import EffectTable, ModelTable, OptionsTable, VariancesTable
from bellwether_engine import Options
from bellwether_engine.model.effect import Kind
from typer.main import get_command

from .conftest import REPOSITORY

REFERENCE = REPOSITORY / "docs" / "reference"
PAGE = "".join((REFERENCE / f"{name}.md").read_text() for name in ("evaluate", "model-file", "result-files"))


def test_every_option_is_documented():
    options = [name for parameter in get_command(app).params for name in parameter.opts]
    keys = [*OptionsTable.model_fields, *VariancesTable.model_fields, *EffectTable.model_fields]
    keys += GenomicTable.model_fields
    keys += [*(key for key in ModelTable.model_fields if key != "trait"), *(field.name for field in fields(Options))]
    missing = [
        name for name in [*options, *get_args(Kind), *keys] if f"`{name}" not in PAGE and f"[{name}]" not in PAGE
    ]
    assert missing == []


@pytest.mark.parametrize("limit", ["30,000", "100,000"])
def test_limits_are_those_of_the_engine(limit):
    from bellwether_engine.linear.factor import EXACT_LIMIT
    from bellwether_engine.solving.solve import AUTO_LIMIT

    assert limit in (f"{EXACT_LIMIT:,}", f"{AUTO_LIMIT:,}")
    assert limit in PAGE
