"""The words of receipts and their groups: each stands for something, and every word that is used is known."""

from collections.abc import Iterable, Iterator, Mapping

from domain.agreement.checks.finding import AgreementFinding, Path, did_you_mean
from domain.agreement.checks.waterfall.names import HERE
from domain.sharing.waterfall.model import Match, Waterfall
from domain.sharing.waterfall.words import Dictionary, ReceiptWords, WordGroup, WordList


def receipt_words(section: Waterfall) -> Iterator[AgreementFinding]:
    """Groups that stand for nothing or for themselves, and words that are on no list."""
    lists = section.words or ReceiptWords()
    for field in ReceiptWords.model_fields:
        listed = lists.of(field)
        if listed is None:
            continue
        found = list(_groups((*HERE, "words", field), listed))
        yield from found
        for path, words in _used(section, field):
            yield from _unknown(path, words, listed)
        if not found:
            yield from _meanings((*HERE, "words", field), listed)


def _groups(path: Path, listed: WordList) -> Iterator[AgreementFinding]:
    groups: dict[str, WordGroup] = {}
    for n, group in enumerate(listed.groups):
        here = (*path, "groups", n)
        if group.id in groups or group.id in (listed.words or ()):
            sentence = f"{group.id!r} is a word or a group already: give this one another name."
            yield AgreementFinding((*here, "id"), "duplicate", sentence)
        if group.of is None and group.excluding is None:
            sentence = f"{group.id!r} stands for nothing: name its words in `of`, or those that it leaves out."
            yield AgreementFinding(here, "empty-group", sentence)
        for field in ("of", "excluding"):
            yield from _unknown((*here, field), getattr(group, field) or (), listed)
        groups.setdefault(group.id, group)
    for n, group in enumerate(listed.groups):
        if _reaches(groups, group.id, group.id):
            sentence = f"group {group.id!r} stands for itself: break the circle."
            yield AgreementFinding((*path, "groups", n), "circular", sentence)
            return


def _reaches(groups: Mapping[str, WordGroup], start: str, goal: str) -> bool:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        group = groups.get(waiting.pop())
        if group is None:
            continue
        for word in (*(group.of or ()), *(group.excluding or ())):
            if word == goal:
                return True
            if word not in seen:
                seen.add(word)
                waiting.append(word)
    return False


def _meanings(path: Path, listed: WordList) -> Iterator[AgreementFinding]:
    """Groups that are empty, or leave out what they do not have."""
    dictionary = Dictionary(listed)
    for n, group in enumerate(listed.groups):
        here = (*path, "groups", n)
        if not dictionary.meaning((group.id,)):
            sentence = f"nothing is left of group {group.id!r}: correct what it leaves out."
            yield AgreementFinding(here, "empty-group", sentence)
        for word in group.excluding or ():
            if group.of is not None and not dictionary.meaning(group.of) & dictionary.meaning((word,)):
                sentence = f"{word!r} is not in {group.id!r}, so leaving it out changes nothing: correct it."
                yield AgreementFinding((*here, "excluding"), "never", sentence)


def _unknown(path: Path, words: Iterable[str], listed: WordList) -> Iterator[AgreementFinding]:
    """Words that are on no closed list, or that a group is written like but for case and blanks."""
    groups = [group.id for group in listed.groups]
    for word in words:
        if word in groups or word in (listed.words or ()):
            continue
        near = next((group for group in groups if _alike(group) == _alike(word)), None)
        if listed.words is not None or near is not None:
            advice = f"did you mean {near!r}?" if near else did_you_mean(word, (*groups, *(listed.words or ())))
            yield AgreementFinding(path, "unknown-word", f"{word!r} is neither a listed word nor a group: {advice}")


def _alike(word: str) -> str:
    return "".join(word.casefold().split())


def _used(section: Waterfall, field: str) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Every use of a column's words in pools and positions."""
    for n, pool in enumerate(section.pools):
        path: Path = (*HERE, "pools", n)
        if isinstance(pool.receives, Match):
            yield (*path, "receives", field), getattr(pool.receives, field) or ()
        elif isinstance(pool.receives, tuple):
            for m, match in enumerate(pool.receives):
                yield (*path, "receives", m, field), getattr(match, field) or ()
        for m, position in enumerate(pool.positions):
            for name, selected in (("only", position.only), ("excluding", position.excluding)):
                if selected is not None:
                    yield (*path, "positions", m, name, field), getattr(selected, field) or ()
