"""The keys that seal stored evidence. The first seals, all of them open."""

from adapters.evidence.sealing import SealingKeys
from app.private_files import sealing_keys
from app.settings import Settings

FILE_NAME = "evidence-keys"


def evidence_keys(settings: Settings) -> SealingKeys:
    """Return the keys of the settings. Embedded, the first one is made in the data folder at first use.

    Raises:
        BadSettings: none is set, a line is no key, or others can read the file.
    """
    made = settings.data / FILE_NAME if settings.embedded else None
    return SealingKeys.of(sealing_keys(settings.evidence_keys, made, "evidence_keys", "all who submit or fetch"))
