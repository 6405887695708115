"""What the tutorial and the how-to pages say to do is done here, in their order, on one stack."""

from collections.abc import Iterator

import pytest

from tests.docs.pages import DOCS, ROOT, Folder, blocks

pytestmark = pytest.mark.xdist_group("docs")
HOW_TO = (
    "check-and-amend-an-agreement",
    "put-right-a-rejected-payment",
    "explain-a-movement",
    "give-up-a-lost-history",
    "find-what-is-stuck",
    "answer-a-distribution",
    "pay-in-another-currency",
    "quote-tax",
    "share-by-admissions",
    "keep-evidence",
    "audit-a-production",
    "run-the-fault-programme",
    "change-a-payees-account",
)
"""The pages that go on with the tutorial's deal; the second needs the first."""


@pytest.fixture(scope="module")
def played(tmp_path_factory) -> Iterator[Folder]:
    """A folder in which the tutorial was followed to its end; its stack is up."""
    folder = Folder(tmp_path_factory.mktemp("harbour"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SLUICE_DATA", str(folder.path / "data"))
        patch.setenv("CHECKOUT", str(ROOT))
        try:
            folder.check_page(DOCS / "tutorial.md")
            yield folder
        finally:
            folder.stop()


def test_the_tutorial_ends_with_a_statement_in_korean(played):
    assert (played.path / "writer.pdf").read_bytes().startswith(b"%PDF")


def test_what_the_pages_say_happens(played):
    """One test, since each page goes on where the one before ended, and tests may run in several processes."""
    for name in HOW_TO:
        played.check_page(DOCS / "how-to" / f"{name}.md")


def test_the_example_of_sharing_gives_the_figures_beside_it(tmp_path):
    Folder(tmp_path).check_page(DOCS / "explanation" / "how-sharing-is-computed.md")
    assert (tmp_path / "lantern.svg").read_text("utf-8").startswith("<")


def test_what_one_work_recoups_comes_into_another_as_the_page_shows(tmp_path):
    Folder(tmp_path).check_page(DOCS / "explanation" / "cross-collateral.md")


def test_the_statement_with_admissions_is_the_one_of_the_examples():
    (statement,) = [each.text for each in blocks(DOCS / "how-to" / "share-by-admissions.md") if each.language == "csv"]
    assert statement == (ROOT / "examples" / "revenue" / "multiplex-2025Q2.csv").read_text("utf-8")


def test_every_page_with_a_session_is_run():
    pages = (DOCS / "how-to").glob("*.md")
    assert {page.stem for page in pages if any(one.language == "console" for one in blocks(page))} == set(HOW_TO)
