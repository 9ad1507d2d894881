"""What one approval costs: the POST of its form at the desk, its session and log-in included."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from acupoints.models import Caution
from tests import desk
from tests import factories as f
from tests.test_reviewing import logged_in

pytestmark = pytest.mark.django_db

MOST = 43
# What it costs more where others use the text, however many they are.
FAN_OUT = 10
CODES = ("BL40", "ST36", "PC6", "LI4", "HT7", "GB34")


def spent(content):
    """The queries of the POST by which an editor approves what is signed."""
    client = logged_in(f.user("editor"))
    head = desk.head(content)
    sent = desk.move_form(client, head, "approve")
    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        response = client.post(desk.url(head, "move", "approve"), sent)
    content.refresh_from_db()
    assert (response.status_code, content.status) == (302, "published")
    return len(queries)


def signed(*codes):
    """An article that uses so many points, and waits for its approval."""
    article = f.article(f.user(), body="<p>Press.</p>" + f.embed(*codes))
    f.sign(article)
    return article


def use(*codes):
    return [f.publish(f.point(code)) for code in codes]


@pytest.mark.parametrize("count", [0, 1, 6])
def test_an_article_costs_no_more_with_the_points_that_it_uses(count):
    use(*CODES[:count])
    assert spent(signed(*CODES[:count])) <= MOST


def test_nor_when_readers_have_an_older_version_of_it():
    article = f.publish(f.article(f.user()))
    f.revise(article, summary="Sharper.")
    f.sign(article)
    assert spent(article) <= MOST
    f.revise(article, summary="Sharper still.")
    f.sign(article)
    assert spent(article) <= MOST


def spent_on_a_point(code, hosts, gains):
    """The queries of approving a point's next version, which so many public articles use."""
    [point] = use(code)
    for _number in range(hosts):
        f.publish(f.article(body=f.embed(code)))
    cautions = [Caution(kind="vessel", text="Not over varicose veins.")] if gains else []
    f.revise(point, location="A little higher.", cautions=cautions)
    f.sign(point)
    return spent(point)


@pytest.mark.parametrize("gains", [True, False], ids=["gains a caution", "gains none"])
def test_a_point_costs_a_constant_number_more_however_many_use_it(gains):
    alone = spent_on_a_point("BL40", 0, gains)
    assert alone <= MOST
    used = {spent_on_a_point(code, hosts, gains) for code, hosts in (("ST36", 1), ("PC6", 6))}
    assert len(used) == 1, used
    assert used.pop() <= alone + FAN_OUT
