"""Optional packages. The worker and the command line run without them, and name the extra that a feature needs."""

from collections.abc import Iterator
from contextlib import contextmanager

from domain.errors import SluiceError


class ExtraMissing(SluiceError):
    """The packages that a feature needs are not installed."""


@contextmanager
def needs(extra: str, feature: str) -> Iterator[None]:
    """Import the packages of an extra of this distribution.

    Raises:
        ExtraMissing: one of them is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise ExtraMissing(
            f"{feature} needs the package {error.name!r}, which is not installed: install sluice[{extra}]"
        ) from error
