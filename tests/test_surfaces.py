"""The ways in which the house tells of a text agree, whatever state it is in."""

import pytest
from django.core.management import call_command

from editorial.models import Content
from tests import factories as f
from tests.model.driver import differences
from tests.model.surfaces import Reader


@pytest.mark.slow
@pytest.mark.django_db
def test_eighteen_surfaces_say_the_same_of_every_text_of_the_seed():
    call_command("seed", "--demo", verbosity=0)
    reader = Reader(f.user("superuser"))
    reader.forget()
    found = {
        str(content): said
        for content in Content.objects.exclude(head=None)
        if (said := differences(reader, content, f.now()))
    }
    assert not found, found
