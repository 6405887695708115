"""Reads the tables of tax rules that come with Sluice."""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources

from adapters.agreement.yaml_lines import read_yaml
from domain.tax.rules import TaxTable
from domain.tax.vat import VatRules


@cache
def tax_tables() -> Mapping[str, TaxTable]:
    """The tables by the payer's country."""
    folder = resources.files("adapters.tax") / "tables"
    files = sorted(file.name for file in folder.iterdir() if file.name.endswith(".yaml"))
    tables = (_table((folder / name).read_bytes()) for name in files)
    return {table.country: table for table in tables}


@cache
def vat_rules() -> Mapping[str, VatRules]:
    """The rules of value added tax by country."""
    folder = resources.files("adapters.tax") / "tables" / "vat"
    files = sorted(file.name for file in folder.iterdir() if file.name.endswith(".yaml"))
    return {
        name.removesuffix(".yaml"): VatRules.model_validate_json(
            json.dumps(read_yaml((folder / name).read_bytes()).data)
        )
        for name in files
    }


def _table(raw: bytes) -> TaxTable:
    return TaxTable.model_validate_json(json.dumps(read_yaml(raw).data))
