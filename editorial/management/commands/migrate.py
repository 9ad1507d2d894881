from django.core.management.commands import migrate


class Command(migrate.Command):
    """Django's own, but it may start while triggers are missing: it is what makes them."""

    def get_check_kwargs(self, options):
        return {**super().get_check_kwargs(options), "databases": []}
