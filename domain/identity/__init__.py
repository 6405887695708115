"""Who acts, for whom, and in which roles."""

from domain.identity.person import SYSTEM, Person, Role

__all__ = ["SYSTEM", "Person", "Role"]
