"""Commands about an agreement."""

from domain.commands.base import Command
from domain.commands.declaration import Declaration
from domain.events import (
    AgreementAmended,
    AgreementRegistered,
)
from domain.identity import Role
from domain.values.record import Sha256


class RegisterAgreement(Command):
    """Put version 1 of an agreement in force; its document is already stored under its hash."""

    document: Sha256


class AmendAgreement(Command):
    """Put the next version in force."""

    document: Sha256


DECLARED = (
    Declaration(
        RegisterAgreement,
        key="register/{production}/{document:.16}/{by}",
        repeated_in=AgreementRegistered,
        activity="register",
        role=Role.PRODUCER,
        parties="any party of the agreement",
        workflow="Production",
        update="register",
        cli="agreement register",
        path="/productions",
        arguments=("document",),
    ),
    Declaration(
        AmendAgreement,
        key="amend/{production}/{document:.16}/{by}",
        repeated_in=AgreementAmended,
        activity="amend",
        role=Role.PRODUCER,
        parties="any party of the agreement",
        workflow="Production",
        update="amend",
        cli="agreement amend",
        path="/productions/{production}/amendments",
        arguments=("document",),
    ),
)
