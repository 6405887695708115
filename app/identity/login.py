"""Who is trusted to say who somebody is, by the settings."""

import getpass
import socket

from app.settings import BadSettings, Settings
from domain.identity.authentication import Authentication, Method


def trusted(settings: Settings) -> frozenset[Method]:
    """The ways in which a person may show who they are. On the sandbox, a name is enough."""
    if settings.bank_mode == "sandbox":
        return frozenset({Method.SANDBOX_NAME})
    return frozenset({Method.SYSTEM_USER}) if settings.trust_system_users else frozenset()


def authentication(settings: Settings, user: str) -> Authentication:
    """How the command line says that somebody is `user`.

    Raises:
        BadSettings: nobody is trusted here to say so, or the login is another user's.
    """
    login, machine = getpass.getuser(), socket.gethostname()
    if settings.bank_mode == "sandbox":
        return Authentication(subject=user, method=Method.SANDBOX_NAME, issuer=f"{login}@{machine}")
    if not settings.trust_system_users:
        raise BadSettings(
            "`--as` is a name and no proof, so it is for the sandbox: this installation has a real bank. Set "
            "trust_system_users where only the right people can log in to this machine"
        )
    if login != user:
        raise BadSettings(f"you are logged in as {login!r} here, and act as that user only: leave {user!r} to them")
    return Authentication(subject=login, method=Method.SYSTEM_USER, issuer=machine)
