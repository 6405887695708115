"""The accounts and parties that the page on bank files shows are ones that an agreement takes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from adapters.agreement.yaml_lines import read_yaml
from adapters.bank.zengin_codes import bank_names
from domain.agreement.model import Account, Party
from domain.bank.zengin.transfers import holder_name

PAGE = Path(__file__).parents[2] / "docs/how-to/choose-a-bank-file.md"
BLOCKS: list[Any] = [
    read_yaml(block.encode()).data
    for block in re.findall(r"```yaml\n((?:parties|accounts):.*?)```", PAGE.read_text(), re.DOTALL)
]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block["accounts"][0]["id"])
def test_every_example_is_an_account_of_an_agreement(block):
    (account,) = (Account.model_validate_json(json.dumps(one), strict=True) for one in block["accounts"])
    assert account.bank_file is not None
    if account.clearing is not None and account.clearing.system == "JPZGN":
        assert bank_names(account.clearing).bank
    for party in (Party.model_validate_json(json.dumps(one), strict=True) for one in block.get("parties", ())):
        written, missing = holder_name(party.name, party.kana_name, account.bank_file)
        assert not missing
        assert f"`{written}`" in PAGE.read_text()


def test_there_is_an_example_for_each_kind_of_file():
    assert [block["accounts"][0]["bank_file"]["format"] for block in BLOCKS] == [
        "pain.001.001.03",
        "zengin-21",
        "kr-bulk-xlsx",
    ]
