"""Titles of a waterfall's parts, in the languages of its readers."""

from typing import Annotated

from pydantic import StringConstraints

from domain.values.record import Record

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,39}$")]
"""A name that phrases use. It has one meaning in the whole waterfall."""

Title = Annotated[str, StringConstraints(pattern=r"^[^\p{C}]{1,200}$")]
"""A title in one language, without control characters."""


class Titles(Record):
    """A title by language: Korean, Japanese, English. A reader of another language has the plain `title`."""

    ko: Title | None = None
    ja: Title | None = None
    en: Title | None = None


class Titled(Record):
    """Something with a name, and a title in one language or in several."""

    id: Name
    title: str = ""
    titles: Titles | None = None

    def title_in(self, language: str) -> str:
        """The title for readers of a language (`ko`, `ja`, `en`): theirs, else the plain one, else any; or empty."""
        if self.titles is None:
            return self.title
        own = {"ko": self.titles.ko, "ja": self.titles.ja, "en": self.titles.en}
        return own.get(language) or self.title or next((text for text in own.values() if text), "")
