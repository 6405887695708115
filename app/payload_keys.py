"""The keys that seal what goes through Temporal. The first seals, all of them open."""

import hashlib

from adapters.temporal.seals import Keys
from app.private_files import sealing_keys
from app.settings import Settings

FILE_NAME = "payload-keys"


def payload_keys(settings: Settings) -> Keys:
    """Return the keys of the settings. Embedded, the first one is made in the data folder at the first `sluice up`.

    Raises:
        BadSettings: none is set, a line is no key, or others can read the file.
    """
    made = settings.data / FILE_NAME if settings.embedded else None
    keys = sealing_keys(settings.payload_keys, made, "payload_keys", "all workers and users")
    return Keys({key_id(key): key for key in keys})


def key_id(key: bytes) -> str:
    """Return what names a key in sealed payloads; it tells nothing of the key."""
    return hashlib.sha256(b"sluice payload key " + key).hexdigest()[:8]
