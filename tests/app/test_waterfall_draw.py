from itertools import combinations
from pathlib import Path

import pytest
from lxml import etree

from app.sharing.waterfall import run_files
from app.sharing.waterfall_draw import draw

EXAMPLES = Path(__file__).parents[2] / "examples/waterfalls"
LETTER = 0.6  # of the font's size, a wide font


def _texts(picture):
    """What is written, with its left, right, top and bottom."""
    for text in etree.fromstring(picture.encode()).iter("{http://www.w3.org/2000/svg}text"):
        x, y, size = (float(text.get(name)) for name in ("x", "y", "font-size"))
        half = len(text.text) * size * LETTER / 2
        yield text.text, (x - half, x + half, y - size, y)


def _overlap(one, other):
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]


@pytest.mark.parametrize("name", sorted(path.stem for path in EXAMPLES.glob("*[!s].yaml")))
def test_no_title_and_no_amount_covers_another(name, capfd):
    agreement = EXAMPLES / f"{name}.yaml"
    result = run_files(agreement, list(EXAMPLES.glob(f"{name}-facts.*")), None)
    texts = list(_texts(draw(agreement, result)))
    assert len(texts) > len(result.parties)
    assert [(one, other) for (one, a), (other, b) in combinations(texts, 2) if _overlap(a, b)] == []
    assert capfd.readouterr() == ("", "")
