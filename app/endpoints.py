"""The addresses of the database and Temporal: the embedded stack's, or external ones from the settings."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.settings import BadSettings, Settings
from app.stack.state import running_state

if TYPE_CHECKING:
    from temporalio.envconfig import ClientConnectConfig

_LOCAL = "localhost:7233"


@dataclass(frozen=True)
class Endpoints:
    """Connection arguments: SQLAlchemy URLs, and the keyword arguments of `temporalio.client.Client.connect`."""

    database_url: str
    owner_url: str | None
    temporal: "ClientConnectConfig"


def database_url(settings: Settings) -> str:
    """Return the SQLAlchemy URL of the database.

    Raises:
        NotUp: embedded, and no stack is up on the data folder.
    """
    return settings.database_url or running_state(settings.data).database_url


def endpoints(settings: Settings) -> Endpoints:
    """Return the endpoints of this process.

    Raises:
        NotUp: embedded, and no stack is up on the data folder.
        BadSettings: Temporal's own configuration cannot be read.
    """
    from temporalio.envconfig import (
        ClientConfig,
        ClientConnectConfig,
    )  # lists need no Temporal, which is slow to import

    if settings.database_url is None:
        state = running_state(settings.data)
        embedded = ClientConnectConfig(target_host=state.temporal_address, namespace=state.temporal_namespace)
        return Endpoints(state.database_url, state.owner_url, embedded)
    try:
        temporal = ClientConfig.load_client_connect_config(settings.temporal_profile)
    except RuntimeError as error:
        raise BadSettings(f"Temporal's own settings (profile, TEMPORAL_…) do not load: {error}") from error
    temporal["target_host"] = settings.temporal_address or temporal.get("target_host", _LOCAL)
    temporal["namespace"] = settings.temporal_namespace or temporal.get("namespace", "default")
    return Endpoints(settings.database_url, settings.owner_database_url, temporal)
