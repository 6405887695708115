"""The tables come with the package and hold what the domain asks of them."""

import tomllib
from importlib import resources
from pathlib import Path

from adapters.tax.rule_tables import tax_tables, vat_rules
from domain.tax.kinds import IncomeKind, PayeeKind


def test_there_are_tables_for_korea_and_japan():
    assert set(tax_tables()) == set(vat_rules()) == {"JP", "KR"}


def test_each_kind_has_the_countrys_own_term():
    for table in tax_tables().values():
        assert set(table.payee_terms) == set(PayeeKind)
        assert set(table.income_terms) == set(IncomeKind)


def test_the_tables_are_files_of_a_package_that_is_installed():
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text("utf-8"))
    assert "adapters" in project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert (resources.files("adapters.tax") / "tables" / "KR.yaml").is_file()
