"""How the files of an account write the names in them."""

from domain.bank.characters import latin_name
from domain.bank.profile import OrderProfile, Pain001Profile, SheetProfile, ZenginProfile
from domain.bank.zengin.transfers import CLIENT_WIDTH, PAYEE_WIDTH, holder_name


def written_name(
    name: str, latin: str | None, kana: str | None, profile: OrderProfile, *, ours: bool
) -> tuple[str, str]:
    """Return a name as the file has it, and what of it cannot be written. `ours` if it is that of the paying account.

    `latin` and `kana` are the name as its bearer spells it in these letters.
    """
    match profile:
        case Pain001Profile():
            return latin_name(name, latin, profile.character_set)
        case ZenginProfile():
            spelt = (profile.client_name if ours else None) or kana
            return holder_name(name, spelt, profile, CLIENT_WIDTH if ours else PAYEE_WIDTH)
        case SheetProfile():
            return name, ""
