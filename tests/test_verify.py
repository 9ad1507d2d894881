"""What `verify` must find, each by doing it."""

import io

import pytest
from django.core.management import call_command

from tests import bulk
from tests import factories as f
from tests.bench import site as bench

pytestmark = pytest.mark.django_db


def run():
    out = io.StringIO()
    try:
        call_command("verify", stdout=out)
        code = 0
    except SystemExit as stop:
        code = stop.code
    return code, out.getvalue()


def test_a_healthy_site_is_ok():
    f.publish(f.point("BL40"))
    article = f.article(body=f.embed("BL40"), hero=f.picture(), hero_alt="A hand")
    f.publish(article)
    f.publish(f.product())
    f.publish(f.page())
    code, out = run()
    assert (code, out.splitlines()[-1][:3]) == (0, "ok:"), out


def test_copies_of_a_public_article_are_as_true_as_it():
    f.publish(f.point("BL40"))
    article = f.article(body=f.embed("BL40"), authors=[f.author()], children=[f.recommendation()])
    f.tag(article, "knee pain")
    f.publish(article)
    bulk.articles_like(article, 3)
    code, out = run()
    assert code == 0, out


@pytest.mark.slow
def test_the_house_of_the_benchmark_is_ok():
    bench.build(24)
    code, out = run()
    assert code == 0, out
