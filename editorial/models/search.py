"""What the search finds texts by; see editorial/search.py."""

from django.db import models

from .content import Revision


class SearchEntry(models.Model):
    """The words of one revision that readers have or will have, as words.py writes them.

    Derived from content and seal, so it is neither signed nor kept: it goes when the revision is
    replaced, and can be made anew at any time.
    """

    revision = models.OneToOneField(
        Revision, models.CASCADE, primary_key=True, related_name="search_entry"
    )
    shown_from = models.DateTimeField()
    shown_until = models.DateTimeField(null=True)
    # The kind, and the codes of what the text is about.
    marks = models.TextField()
    title = models.TextField()
    # What stands under the title: a summary, topics.
    head = models.TextField()
    text = models.TextField()

    WORDS = ("marks", "title", "head", "text")

    NOT_LOGGED = "made from the seals, with which `verify` compares it"

    def __str__(self):
        return self.title

    def words(self):
        return [getattr(self, column) for column in self.WORDS]
