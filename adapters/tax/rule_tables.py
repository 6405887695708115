"""Reads the tables of tax rules that come with Sluice."""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources

from adapters.agreement.yaml_lines import read_yaml
from domain.errors import NotFound
from domain.tax.rules import TaxTable


@cache
def tax_tables() -> Mapping[str, TaxTable]:
    """The tables by the payer's country."""
    folder = resources.files("adapters.tax") / "tables"
    files = sorted(file.name for file in folder.iterdir() if file.name.endswith(".yaml"))
    tables = (_table((folder / name).read_bytes()) for name in files)
    return {table.country: table for table in tables}


def tax_table(country: str) -> TaxTable:
    """The table of a payer's country.

    Raises:
        NotFound: there is none.
    """
    tables = tax_tables()
    if country not in tables:
        known = ", ".join(sorted(tables))
        raise NotFound(f"There are no tax rules for payers in {country}: there are some for {known}.")
    return tables[country]


def _table(raw: bytes) -> TaxTable:
    return TaxTable.model_validate_json(json.dumps(read_yaml(raw).data))
