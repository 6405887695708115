"""Settings: from `SLUICE_…` environment variables, else secret files, else `sluice.toml`, else defaults.

`SLUICE_SECRETS` names a folder of files `sluice_database_url` and so on, as container engines mount them;
`SLUICE_CONFIG` names another file than `sluice.toml` in the data folder.
"""

import os
import re
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import available_timezones

import platformdirs
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)
from pydantic_settings.exceptions import SettingsError

from domain.calendar.overrides import CalendarOverride
from domain.errors import BadInput
from domain.identity import Role
from domain.values.record import UserName

PREFIX = "SLUICE_"
FILE_NAME = "sluice.toml"
TASK_QUEUE = "sluice"


class BadSettings(BadInput):
    """A setting cannot be read or does not fit; the sentence names the variable or the file and field."""


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"there is no time zone {name!r}: write one such as Asia/Seoul")
    return name


class User(BaseModel):
    """A first user: the party they act for, their roles, and in which productions (all, if none is named).

    `person` is who is behind the name; without it, the name itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    party: str
    roles: frozenset[Role]
    productions: frozenset[str] | None = None
    person: str = ""
    name: str = ""
    contact: str = ""


def default_data() -> Path:
    """The data folder of this user; root's is the machine's."""
    return Path("/var/lib/sluice") if os.geteuid() == 0 else platformdirs.user_data_path("sluice", appauthor=False)


class Settings(BaseSettings):
    """All settings. `database_url` and `temporal_address` unset means: those of the embedded stack in `data`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    data: Path = Field(default_factory=default_data)
    """Folder of everything embedded: database, Temporal's file, bank files, logs. Mode 0700."""
    database_url: str | None = Field(default=None, repr=False)
    """SQLAlchemy URL of the application's role in an outside PostgreSQL."""
    owner_database_url: str | None = Field(default=None, repr=False)
    """The same database as the role that owns the tables: only `sluice db upgrade` uses it."""
    auditor_database_url: str | None = Field(default=None, repr=False)
    """The same database as the auditor's role, which only reads: what `sluice audit` connects as where it is set."""
    signing_key: Path | None = None
    """File of the Ed25519 key that signs heads of the journal; embedded, one is made in the data folder when unset."""
    payload_keys: Path | None = None
    """File of the keys that seal what goes through Temporal; embedded, one is made in the data folder when unset."""
    evidence_folder: Path | None = None
    """Where stored evidence is, sealed; in the data folder when unset. All who submit or fetch need the same one."""
    evidence_keys: Path | None = None
    """File of the keys that seal stored evidence; embedded, one is made in the data folder when unset."""
    evidence_up_to_mb: Annotated[int, Field(ge=1)] = 1024
    """The largest file of evidence that is stored, in megabytes; of a larger one, hand in the SHA-256."""
    temporal_address: str | None = None
    """`host:port` of an outside Temporal; over what Temporal's own profile (TEMPORAL_PROFILE, …) says."""
    temporal_namespace: str | None = None
    """The namespace in it; over what its profile says."""
    temporal_profile: str | None = None
    """Name of a profile in Temporal's own configuration file, with its TLS and API key."""
    task_queue: str = TASK_QUEUE
    """What workers listen on: another one for each installation that shares a namespace."""
    worker_versioning: bool = True
    """False for a Temporal server without Worker Versioning (before 1.28): any worker then takes any next step."""
    build_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,99}$")] | None = None
    """Names the workers' code, where images are named by something else than a digest of the sources."""
    temporal_binary: Path | None = None
    """Another Temporal binary for the embedded stack than the bundled one."""
    bank_mode: Literal["sandbox", "folder"] = "sandbox"
    """`sandbox`: the bank is a process of ours. `folder`: a bank reads and writes the folder; real money."""
    bank_folder: Path | None = None
    """Where bank files are exchanged, a folder per account; in the data folder when unset."""
    answer_within_s: Annotated[int, Field(ge=1)] = 120
    """Seconds to wait for the bank's answer to a file before its payments are `unknown`."""
    settling_takes_days: Annotated[int, Field(ge=0, le=60)] = 4
    """Calendar days from a run's day after which `sluice doctor` misses the bank's booking: the longest weekend with a
    holiday."""
    gathering_takes_days: Annotated[int, Field(ge=0, le=60)] = 4
    """Calendar days after which the doctor misses a payment that is due in a run."""
    holding_takes_days: Annotated[int, Field(ge=0, le=366)] = 14
    """Days after which the doctor takes a payment that is held for a forgotten one."""
    metrics_address: Annotated[str, Field(pattern=r"^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):[0-9]{1,5}$")] | None = None
    """`host:port` on which a worker serves Prometheus metrics at /metrics; none unless set. Keep it on loopback
    or in a network of your own: it has no login."""
    log_format: Literal["console", "json"] = "console"
    """`json`: one object a line, for programs that gather logs."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """What is logged at least. With `debug`, a command that fails shows its traceback."""
    users: dict[UserName, User] = Field(default_factory=dict)
    """The first users, by name: a table `[users.NAME]` for each. They are put on record once; afterwards `sluice user`
    changes who may act. Only while fewer than two persons are administrators, new ones are still taken from here."""
    trust_system_users: bool = False
    """With a real bank, `--as` is accepted for the user who is logged in to this machine, under the same name. Set it
    only where the right people alone can log in."""
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "Asia/Seoul"
    """The zone of the house's days, such as the first and the last of a delegation."""
    calendar_overrides: tuple[CalendarOverride, ...] = ()
    """Days that the published calendars have wrong, on top of the agreement's own."""
    tax_rules: Path | None = None
    """A YAML file of tax rules and readings that win over the tables (see [tax](tax.md))."""

    @property
    def embedded(self) -> bool:
        """Whether the database and Temporal are the ones that `sluice up` runs in the data folder."""
        return self.database_url is None

    @cached_property
    def bank_files(self) -> Path:
        """The folder that bank files are exchanged through."""
        return self.bank_folder or self.data / "bank"

    @cached_property
    def evidence(self) -> Path:
        """The folder that stored evidence is in."""
        return self.evidence_folder or self.data / "evidence"

    @property
    def notices(self) -> Path:
        """The folder where notices to payees are put out, to be sent to them."""
        return self.data / "notices"

    @field_validator("calendar_overrides")
    @classmethod
    def _calendars_are_known(cls, overrides: tuple[CalendarOverride, ...]) -> tuple[CalendarOverride, ...]:
        if not overrides:
            return overrides
        from domain.calendar.calendars import unknown_calendar  # slow to import

        problems = [problem for each in overrides if (problem := unknown_calendar(each.calendar)) is not None]
        if problems:
            raise ValueError(problems[0])
        return overrides

    @model_validator(mode="after")
    def _fits_together(self) -> "Settings":
        if self.embedded and self.bank_mode != "sandbox":
            raise ValueError(
                "bank_mode 'folder' sends real money and the embedded stack refuses it: "
                "set database_url and temporal_address to real servers, or bank_mode to 'sandbox'"
            )
        if self.embedded and self.temporal_address is not None:
            raise ValueError("temporal_address is set and database_url is not: set both, or neither for embedded")
        if self.bank_mode == "folder" and self.bank_folder is None:
            raise ValueError("bank_mode is 'folder' and bank_folder is not set: name the folder the bank watches")
        return self


def load_settings(data: Path | None = None) -> Settings:
    """Read the settings; `data` (from `--data`) wins over SLUICE_DATA.

    Raises:
        BadSettings: in one sentence, what is wrong in which variable or field of which file.
    """
    folder = (data or Path(os.environ.get(f"{PREFIX}DATA") or default_data())).expanduser().resolve()
    file = _file(folder)
    in_file = _read(file) if file else {}

    class _FromFile(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
            file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            """Where settings come from, the first to name one wins."""
            secrets = SecretsSettingsSource(settings_cls, secrets_dir=os.environ.get(f"{PREFIX}SECRETS"))
            return init_settings, env_settings, secrets, InitSettingsSource(settings_cls, in_file)

    try:
        return _FromFile(data=folder)
    except ValidationError as error:
        raise BadSettings(_sentence(error.errors()[0], file)) from error
    except SettingsError as error:
        field = re.search(r'field "(\w+)"', str(error))
        variable = f"{PREFIX}{field.group(1).upper() if field else '…'}"
        raise BadSettings(f"{variable}: not JSON, which this setting needs in an environment variable") from error


def _file(folder: Path) -> Path | None:
    named = os.environ.get(f"{PREFIX}CONFIG")
    if named and not Path(named).is_file():
        raise BadSettings(f"{PREFIX}CONFIG names {named}, which is no file")
    file = Path(named) if named else folder / FILE_NAME
    return file if file.is_file() else None


def _read(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(f"{file} is not TOML: {error}") from error
    except OSError as error:
        raise BadSettings(f"{file} cannot be read: {error.strerror}") from error


def _sentence(error: ErrorDetails, file: Path | None) -> str:
    field = ".".join(str(part) for part in error["loc"])
    what = error["msg"].removeprefix("Value error, ")
    if not field:
        return what
    variable = f"{PREFIX}{str(error['loc'][0]).upper()}"
    where = variable if variable in os.environ or file is None else str(file)
    if error["type"] == "extra_forbidden":
        return f"{where}: there is no setting {field!r}; check its spelling"
    return f"{where}: {field}: {what}"
