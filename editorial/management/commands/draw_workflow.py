import re
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from editorial import diagram

PAGE = Path(settings.BASE_DIR) / "docs" / "workflow.md"


class Command(BaseCommand):
    help = "Draw the diagram and the table in docs/workflow.md anew from the moves table."

    def handle(self, **options):
        PAGE.write_text(redrawn(PAGE.read_text()))
        self.stdout.write("docs/workflow.md is drawn.")


def redrawn(text):
    """`text` with what stands between the markers replaced by what the moves table says."""
    for name, drawing in (
        ("diagram", f"```mermaid\n{diagram.mermaid()}\n```"),
        ("table", diagram.table()),
    ):
        text = re.sub(
            rf"(<!-- {name} -->\n).*?(\n<!-- end -->)",
            lambda found, drawing=drawing: found[1] + drawing + found[2],
            text,
            flags=re.DOTALL,
        )
    return text
