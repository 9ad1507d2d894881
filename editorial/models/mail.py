"""What each person wants to hear of, and the letters that wait to be sent."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class MailSetting(models.Model):
    """One person's wishes. Whoever has no row gets the defaults."""

    class Delivery(models.TextChoices):
        AT_ONCE = "at_once", _("A letter for each event")
        DAILY = "daily", _("One letter a day")
        NEVER = "never", _("No letters")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="mail_setting"
    )
    delivery = models.CharField(
        _("how often"), max_length=10, choices=Delivery, default=Delivery.AT_ONCE
    )
    reviews = models.BooleanField(_("requests for review, and reminders of them"), default=True)
    own_work = models.BooleanField(_("what happens to my texts"), default=True)
    comments = models.BooleanField(_("comments and answers in my threads"), default=True)
    queues = models.BooleanField(_("what waits for my approval"), default=True)

    NOT_LOGGED = "which letters a person wants; each sets it for themselves"

    class Meta:
        verbose_name = _("mail setting")
        verbose_name_plural = _("mail settings")

    def __str__(self):
        return f"{self.user}: {self.get_delivery_display()}"


class Letter(models.Model):
    """One thing to tell one person. `about` names the event, so that none is told twice."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="letters")
    about = models.CharField(max_length=80)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    written_at = models.DateTimeField()
    in_digest = models.BooleanField(default=False)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)

    NOT_LOGGED = "a copy of what the log and the desk say, on its way to one person"

    class Meta:
        ordering = ["pk"]
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        constraints = [
            models.UniqueConstraint(fields=["recipient", "about"], name="letter_once"),
        ]
        indexes = [models.Index(fields=["sent_at", "in_digest"], name="letter_waiting")]

    def __str__(self):
        return self.subject
