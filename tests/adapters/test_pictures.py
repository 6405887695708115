from pathlib import Path

import pytest

from adapters.pictures import chart_kind
from domain.errors import BadInput


@pytest.mark.parametrize(("name", "kind"), [("a.svg", "svg"), ("b.PNG", "png")])
def test_a_file_s_name_says_what_kind_of_picture_it_is(name, kind):
    assert chart_kind(Path(name)) == kind


def test_another_kind_is_refused():
    with pytest.raises(BadInput, match=r"end in \.svg or \.png"):
        chart_kind(Path("c.pdf"))
