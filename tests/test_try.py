import pytest
from editorial import pages, standing
from tests import factories as f
from articles.models import Article, Recommendation, Tip, Source

pytestmark = pytest.mark.django_db

def test_story(client, django_assert_max_num_queries):
    p = f.publish(f.point("BL40", cautions=[("pregnancy", "Not while pregnant.")]))
    prod = f.publish(f.product())
    who = f.author()
    a = f.article(body="<p>Hi</p>" + f.embed("BL40"), authors=[who], hero=f.picture(), hero_alt="x", children=[Tip(lead="a", text="b"), Source(title="c", doi="10.1/x", supports="z"), Recommendation(product=prod)])
    r = f.reviewer()
    f.publish(a, r)
    with django_assert_max_num_queries(30) as ctx:
        r1 = client.get(a.get_absolute_url())
    print(len(ctx.captured_queries))
    print(r1.content.decode())
    for u in ["/", "/articles/", "/acupoints/", "/products/", "/acupoints/bl-40/", prod.get_absolute_url(), "/search/?q=sample", who.get_absolute_url(), r.get_absolute_url(), a.get_absolute_url()+"history/", a.get_absolute_url()+"history/1/canonical.json", "/healthz", "/readyz", "/.well-known/log-head"]:
        resp = client.get(u)
        assert resp.status_code == 200, u
        assert not resp.cookies
    assert client.get("/nix/").status_code == 404
    assert 0
