"""Who looked at what and who changed what."""

# ruff: noqa: D106 (Meta is Django's own, its docs say what stands there)

from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ui.care.models.chain import START, End, Line, Link, Verdict, digest_of, verify

LINES_AT_ONCE = 2000


class AuditEnd(models.Model):
    """The end of the chain: one row. Whoever adds a line holds it, so that two lines never follow on one."""

    number = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default=START)

    class Meta:
        verbose_name = _("end of the audit")

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"


class AuditLines(models.QuerySet["Audit"]):
    """Lines of the audit, to be read."""

    def update(self, **_fields: Any) -> NoReturn:
        """Raise TypeError: an audit line is never changed."""
        raise TypeError("an audit line is never changed")

    def delete(self) -> NoReturn:
        """Raise TypeError: an audit line is never removed."""
        raise TypeError("an audit line is never removed")

    def bulk_create(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Raise TypeError: each line follows on the one before."""
        raise TypeError("audit lines are added one by one")

    def bulk_update(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Raise TypeError: an audit line is never changed."""
        raise TypeError("an audit line is never changed")


class Audit(models.Model):
    """One look or change. Lines are only ever added, and each covers the one before (see `chain`)."""

    number = models.PositiveBigIntegerField(unique=True, editable=False)
    when = models.DateTimeField(default=timezone.now, db_index=True)
    who = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    by = models.CharField(max_length=150, blank=True)  # the account's name at that time
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=100)  # pseudonym or id, never a name of a patient
    about = models.CharField(max_length=64, blank=True, db_index=True)  # pseudonym of the patient
    digest = models.CharField(max_length=64, editable=False)

    objects = AuditLines.as_manager()

    class Meta:
        ordering = ("-number",)
        verbose_name = _("audit line")

    def __str__(self) -> str:
        return f"{self.when:%Y-%m-%d %H:%M:%S} {self.action} {self.subject}"

    def save(self, *_args: Any, **_kwargs: Any) -> None:
        """Add the line to the end of the chain. Raises TypeError for one that exists."""
        if not self._state.adding:
            raise TypeError("an audit line is never changed")
        add_lines([self])

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Raise TypeError: an audit line is never removed."""
        raise TypeError("an audit line is never removed")

    @property
    def line(self) -> Line:
        """What the digest covers."""
        return Line(self.number, self.when, self.who_id, self.by, self.action, self.subject, self.about)


@transaction.atomic
def add_lines(lines: Sequence[Audit]) -> None:
    """Add new lines to the end of the chain, in this order, all or none."""
    # On SQLite the transaction itself keeps others from writing; PostgreSQL locks the row.
    end, _ = AuditEnd.objects.select_for_update().get_or_create(pk=1)
    for line in lines:
        line.number = end.number + 1
        line.by = line.by or (line.who.get_username() if line.who else "")
        line.digest = digest_of(line.line, end.digest)
        end.number, end.digest = line.number, line.digest
    models.QuerySet[Audit](Audit).bulk_create(lines)
    end.save(update_fields=["number", "digest"])


def verify_audit(seen: End | None = None) -> Verdict:
    """Follow the whole chain as the database holds it; `seen` was written down before."""
    now = AuditEnd.objects.filter(pk=1).first() or AuditEnd()
    verdict = verify(_links(number__lte=now.number), End(now.number, now.digest), seen=seen)
    if verdict.broken is not None:
        return verdict
    # Lines that were added meanwhile: only for these nobody may write.
    with transaction.atomic():
        end = AuditEnd.objects.select_for_update().filter(pk=1).first() or AuditEnd()
        start = End(verdict.lines, verdict.digest)
        rest = _links(number__gt=now.number)
        verdict = verify(rest, End(end.number, end.digest), start=start, seen=seen)
    if verdict.broken is None and seen is not None and seen.number > verdict.lines:
        return verdict._replace(broken=f"line {seen.number}, which was written down, is missing")
    return verdict


def _links(**which: int) -> Iterator[Link]:
    columns = ("number", "when", "who_id", "by", "action", "subject", "about", "digest")
    rows = Audit.objects.filter(**which).order_by("number", "pk").values_list(*columns)
    return (Link(Line(*row[:-1]), row[-1]) for row in rows.iterator(chunk_size=LINES_AT_ONCE))
