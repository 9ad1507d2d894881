"""What feed readers get: plain text, names, and always a feed."""

import uuid
from xml.etree import ElementTree as ET

import pytest
from django.test import Client, override_settings

from articles.models import Article
from editorial.errors import Refused
from editorial.models import Correction
from tests import factories as f
from tests.database import everything
from tests.test_reviewing import refused

pytestmark = [pytest.mark.django_db, pytest.mark.once]

ATOM = "{http://www.w3.org/2005/Atom}"
FEEDS = ("/feed/", "/corrections/feed/")
MARKUP = "<img src=x onerror=alert(1)> &amp; <b>x</b> &lt;i&gt;"


def feed_of(client, path, **extra):
    response = client.get(path, **extra)
    assert response.status_code == 200
    return ET.fromstring(response.content)  # noqa: S314  (our own)


def published(**fields):
    content = f.publish(f.article(authors=[f.author(), f.author(name="Ada Sample")], **fields))
    f.revise(content, title="Put right")
    f.sign(content)
    f.move("approve", content, f.user("editor"), correction=MARKUP)
    return content


def test_markup_in_a_summary_or_a_note_is_text(client):
    published(summary=MARKUP)
    for path in FEEDS:
        entry = feed_of(client, path).find(f"{ATOM}entry")
        summary = entry.find(f"{ATOM}summary")
        assert summary.get("type") == "text", path
        assert summary.text.startswith(MARKUP), path
        assert entry.find(f"{ATOM}title").get("type") in (None, "text"), path


def test_every_feed_names_authors(client):
    published()
    for path in FEEDS:
        feed = feed_of(client, path)
        assert feed.find(f"{ATOM}author/{ATOM}name").text, path
    entry = feed_of(client, "/feed/").find(f"{ATOM}entry")
    names = [name.text for name in entry.findall(f"{ATOM}author/{ATOM}name")]
    assert names == ["Sample Author", "Ada Sample"]
    assert entry.find(f"{ATOM}author/{ATOM}uri").text.startswith("http://localhost/authors/")


@override_settings(SITE_URL="https://tips.example")
def test_ids_and_links_follow_the_sites_address_not_the_host(client):
    published()
    for path in FEEDS:
        feed = feed_of(client, path, headers={"host": "127.0.0.1"})
        assert "127.0.0.1" not in ET.tostring(feed, encoding="unicode"), path
        assert feed.find(f"{ATOM}id").text.startswith("https://tips.example/"), path
        for link in feed.iter(f"{ATOM}link"):
            assert link.get("href").startswith("https://tips.example/"), path
        for one in feed.findall(f"{ATOM}entry/{ATOM}id"):
            assert one.text.startswith(("https://tips.example/", "urn:uuid:")), path


@pytest.mark.parametrize("char", ["\x0b", "\x00", "\x1f", "\x7f", "\ufffe", "\uffff"])
def test_no_title_summary_or_note_takes_what_xml_forbids(char):
    content = f.publish(f.article())
    editor = f.user("editor")
    code = f"U+{ord(char):04X}"
    refused(code, f.revise, content, editor, title=f"One{char}two")
    if char != "\x7f":  # XML has a place for it
        refused(code, f.revise, content, editor, summary=f"One{char}two")
    f.revise(content, title="Put right")
    f.sign(content)
    refused(code, f.move, "approve", content, editor, correction=f"One{char}two")
    before = everything()
    note = {"content": content, "revision": content.live, "at": f.now(), "by": editor}
    with pytest.raises(Refused, match=r"U\+"):
        Correction.objects.create(note=f"One{char}two", **note)
    assert everything() == before


@pytest.mark.parametrize("char", ["\x0b", "\x1f", "\ufffe"])
def test_old_rows_that_hold_it_break_no_feed(client, monkeypatch, char):
    from editorial import wording

    monkeypatch.setattr(wording, "faults_of", lambda row, stored=(): {})
    monkeypatch.setattr(wording, "check_told", lambda data: None)
    author = f.author(name="Ada Sample")
    type(author).objects.filter(pk=author.pk).update(name=f"Ada{char} Sample")
    author.refresh_from_db()
    content = f.publish(f.article(authors=[author], title="One", summary=f"Su{char}m"))
    f.revise(content, title=f"Tit{char}le")
    f.sign(content)
    f.move("approve", content, f.user("editor"), correction=f"No{char}te")
    said = {"/feed/": ("Title", "Sum", "Ada Sample"), "/corrections/feed/": ("Title", "Note")}
    for path, words in said.items():
        text = ET.tostring(feed_of(client, path), encoding="unicode")
        for word in words:
            assert word in text, path


def test_ids_of_entries_stay_when_words_and_address_change(client):
    content = published()
    (entry,) = feed_of(client, "/feed/").findall(f"{ATOM}entry")
    assert entry.find(f"{ATOM}id").text == f"urn:uuid:{Article.objects.get().uid}"
    assert uuid.UUID(str(content.uid))


def test_an_empty_feed_is_a_feed():
    for path in FEEDS:
        assert feed_of(Client(), path).find(f"{ATOM}entry") is None
