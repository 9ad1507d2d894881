from .content import Content, Pin, Revision, Seal
from .fields import pair_constraint
from .insert_only import InsertOnly, InsertOnlyError
from .log import Event, LogHead
from .people import Author, Book, Credential, Profile, Reviewer, User
from .signing import Revocation, SignOff

__all__ = [
    "Author",
    "Book",
    "Content",
    "Credential",
    "Event",
    "InsertOnly",
    "InsertOnlyError",
    "LogHead",
    "Pin",
    "Profile",
    "Reviewer",
    "Revision",
    "Revocation",
    "Seal",
    "SignOff",
    "User",
    "pair_constraint",
]
