from django.db.models import Exists, OuterRef, Subquery

from editorial.models import Pin, SignOff
from editorial.querysets import ContentQuerySet


class PageQuerySet(ContentQuerySet):
    def titled(self, now):
        """Public plain pages with their shown title as `title`, in the order they began."""
        from .models import PageRevision

        shown = PageRevision.objects.filter(pk=OuterRef("shown_id")).values("title")
        return self.public(now).annotate(title=Subquery(shown)).order_by("pk")


class ArticleQuerySet(ContentQuerySet):
    """Further questions about public articles; each follows `public(now)`."""

    def by_author(self, author):
        """Articles whose shown revision has the author in its byline."""
        from .models import Byline

        return self.filter(
            Exists(Byline.objects.filter(revision=OuterRef("shown_id"), author=author))
        )

    def about(self, topic):
        """Articles whose shown revision carries the topic."""
        return self.filter(carries(tag=topic))

    def about_any(self, topics):
        """Articles whose shown revision carries one of the topics."""
        return self.filter(carries(tag__in=topics))

    def using(self, codes):
        """Articles whose shown revision uses one of the points."""
        return self.filter(uses(codes))

    def not_using(self, codes):
        """Articles whose shown revision uses none of the points."""
        return self.exclude(uses(codes))

    def signed_by(self, reviewer):
        """Articles whose shown revision has a sign-off by the reviewer, standing or not."""
        return self.filter(
            Exists(SignOff.objects.filter(revision=OuterRef("shown_id"), reviewer=reviewer))
        )


def carries(**topic):
    """A condition on public articles: the shown revision carries such a topic."""
    from .models import TaggedArticle

    return Exists(TaggedArticle.objects.filter(content_object=OuterRef("shown_id"), **topic))


def uses(codes):
    """A condition on public articles: the shown revision pins one of the points."""
    points = Pin.objects.filter(pinned__content__acupoint__code__in=codes)
    return Exists(points.filter(revision=OuterRef("shown_id")))
