"""Links of the documentation lead somewhere, and what it says to type is understood."""

import re
import shlex

import click
import pytest

from app.cli import cli
from tests.docs.pages import DOCS, ROOT, blocks, pages

_LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
_SHELL = re.compile(r"^\s*(?:\$ |- )?sluice (.+)$", re.MULTILINE)
ADDS_A_COMMAND = "docs/how-to/add-a-command.md"
PAGES = [str(page.relative_to(ROOT)) for page in pages()]


def anchors(text: str) -> set[str]:
    """The names under which headings can be linked to."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name):
    page = ROOT / name
    for path, anchor in _LINK.findall(page.read_text("utf-8")):
        target = (page.parent / path).resolve() if path else page
        assert target.exists() or target == ROOT / ADDS_A_COMMAND, path
        if anchor:
            assert anchor in anchors(target.read_text("utf-8")), f"{path}#{anchor}"


def test_the_index_has_every_page():
    index = (DOCS / "README.md").read_text("utf-8")
    listed = {(DOCS / path).resolve() for path, _ in _LINK.findall(index)}
    missing = {page for page in DOCS.rglob("*.md") if page.parent != DOCS / "adr"} - listed - {DOCS / "README.md"}
    assert not missing


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 120


def check_understood(arguments: list[str]) -> None:
    """Find the command that arguments name, and see that it has the options among them.

    Raises:
        click.UsageError: it has not.
    """
    command: click.Command = cli
    context = click.Context(cli, info_name="sluice")
    while isinstance(command, click.Group) and arguments and not arguments[0].startswith("-"):
        found = command.get_command(context, arguments[0])
        if found is None:
            raise click.UsageError(f"there is no command {arguments[0]}")
        command, arguments = found, arguments[1:]
        context = click.Context(command, info_name=command.name, parent=context)
    known = {option for each in command.params for option in each.opts} | {"--help", "-h"}
    unknown = [each for each in arguments if each.startswith("--") and each.partition("=")[0] not in known]
    if unknown:
        raise click.UsageError(f"sluice {context.command_path} has no {unknown[0]}")


@pytest.mark.parametrize("name", PAGES)
def test_every_command_that_a_page_shows_to_a_shell_exists(name):
    page = ROOT / name
    if name == "docs/reference/command-line.md":
        pytest.skip("it is made from the commands")
    text = page.read_text("utf-8").replace("\\\n", " ")
    indented = "\n".join(re.findall(r"^ {4}(sluice .+)$", text, re.MULTILINE))
    fenced = "\n".join(block.text.replace("\\\n", " ") for block in blocks(page) if block.language in {"sh", "console"})
    for line in _SHELL.findall(f"{indented}\n{fenced}"):
        for command in line.partition(" #")[0].split("; sluice "):
            check_understood(shlex.split(re.sub(r"[\[\]]", "", command.partition("; ")[0])))


@pytest.mark.parametrize("name", [name for name in PAGES if name != ADDS_A_COMMAND])
def test_every_command_that_a_page_names_in_passing_exists(name):
    for command in re.findall(r"`sluice ([a-z][^`]*)`", (ROOT / name).read_text("utf-8")):
        check_understood(
            [word for word in shlex.split(command.replace("\n", " ")) if word.islower() and word.isascii()]
        )


@pytest.mark.parametrize("name", PAGES)
def test_every_file_of_the_repository_that_a_page_names_exists(name):
    tops = "activities|adapters|app|bench|deploy|docs|domain|examples|migrations|tests|workflows"
    for path in re.findall(rf"`((?:{tops})/[\w./-]*)`", (ROOT / name).read_text("utf-8")):
        assert (ROOT / path).exists() or "NNNN" in path, path
