"""The pages that are made from the code say what the code says now."""

import pytest

from docs.generate import DOCS, PAGES, page


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_what_the_code_says(name):
    assert (DOCS / name).read_text("utf-8") == page(name), "write it again: python -m docs.generate"
