"""What a page shows is compared word by word with what is said, but for what it leaves open."""

import pytest

from tests.docs.pages import Folder, pattern

SAID = "id       status\nA.1      settled\nsha256   4f1c\n"


@pytest.mark.parametrize("shown", ["id status\nA.1 settled\nsha256 4f1c", "…\nA.1   settled\n…", "id …\n…", "…"])
def test_output_that_fits_is_taken(shown):
    assert pattern(shown).fullmatch(SAID)


@pytest.mark.parametrize("shown", ["id status\nA.1 settled", "…\nA.1 due\n…", "…\nA.1 settled 4\n…", "id …"])
def test_output_that_differs_is_not(shown):
    assert not pattern(shown).fullmatch(SAID)


def test_a_page_whose_command_fails_or_says_something_else_is_found_out(tmp_path):
    page = tmp_path / "page.md"
    for session in ("$ echo 2\n1\n", "$ false\n"):
        page.write_text(f"```console\n{session}```\n")
        with pytest.raises(AssertionError):
            Folder(tmp_path).check_page(page)


def test_a_word_that_is_named_is_used_by_later_commands(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("Here is `a.txt`:\n\n```text\nx 7\n```\n\n```console\n$ cat a.txt\nx HASH\n$ echo HASH\n7\n```\n")
    Folder(tmp_path).check_page(page)
