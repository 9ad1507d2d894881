from .content import Content, Pin, Revision, Seal
from .fields import pair_constraint
from .insert_only import InsertOnly, InsertOnlyError
from .log import Event, LogHead
from .mail import Letter, MailSetting
from .people import Author, Book, Credential, Profile, Reviewer, User
from .presence import OpenForm
from .publishing import Correction, PreviewLink, Redaction
from .reviewing import ChangeRequest, Comment, ReviewRequest, SourceCheck
from .search import SearchEntry
from .signing import Revocation, SignOff

__all__ = [
    "Author",
    "Book",
    "ChangeRequest",
    "Comment",
    "Content",
    "Correction",
    "Credential",
    "Event",
    "InsertOnly",
    "InsertOnlyError",
    "Letter",
    "LogHead",
    "MailSetting",
    "OpenForm",
    "Pin",
    "PreviewLink",
    "Profile",
    "Redaction",
    "ReviewRequest",
    "Reviewer",
    "Revision",
    "Revocation",
    "Seal",
    "SearchEntry",
    "SignOff",
    "SourceCheck",
    "User",
    "pair_constraint",
]
