"""Pictures of waterfalls: every title and amount has its own place, whatever fonts the reader has."""

import re
from itertools import combinations
from pathlib import Path

import pytest
from lxml import etree
from rich.cells import cell_len

from app.sharing.waterfall import run_files
from app.sharing.waterfall_draw import draw

EXAMPLES = Path(__file__).parents[3] / "examples/waterfalls"
SVG = "{http://www.w3.org/2000/svg}"
LETTER = 0.6  # of the font's size, a wide font; a Korean or Japanese letter is twice as wide
KOREAN = "영화 및 비디오물의 진흥에 관한 법률에 따른 부가가치세 납부액과 그 가산세"
JAPANESE = "劇場公開およびビデオグラム化権許諾に関する配給手数料総額（消費税を含む）"  # noqa: RUF001


def texts(picture):
    """What is written, with its left, right, top and bottom."""
    for text in picture.iter(f"{SVG}text"):
        x, y, size = (float(text.get(name)) for name in ("x", "y", "font-size"))
        half = cell_len(text.text) * size * LETTER / 2
        yield text.text, (x - half, x + half, y - size, y + 0.2 * size)


def boxes(picture):
    """The texts of each box, with the left, right, top and bottom of the box."""
    for group in picture.iter(f"{SVG}g"):
        shape = group.find(f"{SVG}polygon")
        shape = group.find(f"{SVG}path") if shape is None else shape
        if group.get("class") == "node" and shape is not None:
            numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", shape.get("points") or shape.get("d"))]
            xs, ys = numbers[::2], numbers[1::2]
            yield [area for _, area in texts(group)], (min(xs), max(xs), min(ys), max(ys))


def points(picture):
    """Points along every arrow."""
    for path in picture.iterfind(f".//{SVG}g[@class='edge']/{SVG}path"):
        numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", path.get("d"))]
        ends = list(zip(numbers[::2], numbers[1::2], strict=True))
        for n in range(0, len(ends) - 3, 3):
            for step in range(21):
                t = step / 20
                weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
                yield tuple(sum(w * p[axis] for w, p in zip(weights, ends[n : n + 4], strict=True)) for axis in (0, 1))


def overlap(one, other):
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]


def crossed(area, point):
    return area[0] < point[0] < area[1] and area[2] < point[1] < area[3]


def check(picture):
    written, found = list(texts(picture)), list(boxes(picture))
    assert [(one, other) for (one, a), (other, b) in combinations(written, 2) if overlap(a, b)] == []
    for own, box in found:
        assert own
        assert all(
            box[0] < left and right < box[1] and box[2] < top and bottom < box[3] for left, right, top, bottom in own
        )
        assert [text for text, area in written if area not in own and overlap(area, box)] == []
    assert [text for text, area in written for point in points(picture) if crossed(area, point)] == []


@pytest.mark.parametrize("name", sorted(path.stem for path in EXAMPLES.glob("*[!s].yaml")))
def test_no_title_and_no_amount_covers_another_or_is_crossed_by_a_line(name, capfd):
    agreement = EXAMPLES / f"{name}.yaml"
    result = run_files(agreement, list(EXAMPLES.glob(f"{name}-facts.*")), None)
    picture = etree.fromstring(draw(agreement, result).encode())
    assert len(list(texts(picture))) > len(result.parties)
    check(picture)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("with_amounts", [True, False])
def test_long_titles_of_any_script_are_broken_and_stay_in_their_boxes(tmp_path, with_amounts):
    written = (EXAMPLES / "korean-theatrical.yaml").read_text("utf-8")
    one_word = "Urheberrechtsverwertungsgesellschaftsabgabe"
    for before, after in (("부가가치세", KOREAN), ("배급수수료", JAPANESE), ("영화발전기금", one_word)):
        written = written.replace(f"title: {before}", f"title: {after}")
    agreement = tmp_path / "long.yaml"
    agreement.write_text(written, "utf-8")
    result = run_files(agreement, list(EXAMPLES.glob("korean-theatrical-facts.*")), None) if with_amounts else None
    picture = etree.fromstring(draw(agreement, result).encode())
    check(picture)
    said = "".join(text for text, _ in texts(picture))
    assert KOREAN.replace(" ", "") in said.replace(" ", "")
    assert JAPANESE in said
    assert one_word in said
    assert ("3,200,000,000" in said) is with_amounts


def test_a_title_is_shown_as_it_is_written(tmp_path):
    agreement = tmp_path / "odd.yaml"
    written = (EXAMPLES / "korean-theatrical.yaml").read_text("utf-8")
    agreement.write_text(written.replace("title: 부율", r"title: '<b>R&D</b> \N'"), "utf-8")
    picture = etree.fromstring(draw(agreement, None).encode())
    assert r"<b>R&D</b> \N" in [text for text, _ in texts(picture)]


def test_what_has_no_title_is_shown_by_its_name():
    picture = etree.fromstring(draw(EXAMPLES / "korean-theatrical.yaml", None).encode())
    said = {text for text, _ in texts(picture)}
    assert {"배급수수료", "p-and-a-back", "box-office"} <= said
    assert "fee" not in said
