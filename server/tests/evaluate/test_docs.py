"""The reference page: its example gives what it says, and no option is left out."""

import re
from dataclasses import fields
from typing import get_args

import polars as pl
import pytest
from bellwether.commands.evaluate import app
from bellwether.modelling.model_file.genomic_table import GenomicTable
from bellwether.modelling.model_file.model_file import EffectTable, ModelTable, OptionsTable, VariancesTable
from bellwether_engine import Options
from bellwether_engine.model.effect import Kind
from typer.main import get_command

from .conftest import REPOSITORY

PAGE = (REPOSITORY / "docs" / "reference" / "evaluate.md").read_text()


def test_the_example(evaluate):
    pedigree, records, expected = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)
    model = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)[1]
    answer = evaluate(pedigree, records, model)
    assert answer.exit_code == 0, answer.stderr
    rounded = answer.table().with_columns(pl.col("ebv", "reliability").round(3))
    assert rounded.write_csv() == expected


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
