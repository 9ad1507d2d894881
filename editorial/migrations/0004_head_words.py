import json

from django.db import migrations, models
from django.db.models import F

# What the desk searches of each kind, when this was written.
SEARCHED = {
    "article": ("title", "summary"),
    "page": ("title", "summary"),
    "product": ("name", "summary"),
    "acupoint": ("pinyin", "english", "traditional", "simplified", "code"),
}


def fill(apps, schema_editor):
    """The words of each head, from its sealed bytes; each change of a content raises its version."""
    Content = apps.get_model("editorial", "Content")
    heads = Content.objects.filter(head__isnull=False).select_related("head__seal")
    for content in heads.iterator(chunk_size=500):
        try:
            document = json.loads(bytes(content.head.seal.canonical))
            said = document["identity"] | document["fields"]
            words = " ".join(str(said[name]) for name in SEARCHED[content.kind])
        except (ValueError, KeyError):
            continue  # bytes that hold no such document: verify names them
        rows = Content.objects.filter(pk=content.pk)
        rows.update(head_words=words.lower(), version=F("version") + 1)


class Migration(migrations.Migration):
    dependencies = [
        ("editorial", "0003_due_and_reports"),
    ]

    operations = [
        migrations.AddField(
            model_name="content",
            name="head_words",
            field=models.TextField(editable=False, null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
