from collections.abc import Iterator
from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

from ui.care.models.chain import START, Line, digest_of

CASCADE = django.db.models.deletion.CASCADE
LINES_AT_ONCE = 1000
PRACTICE = "Practice"


def chain_the_lines(apps: Any, _schema: Any) -> None:
    """Number the lines that are there in their order, and let each cover the one before."""
    audit, end = apps.get_model("care", "Audit"), apps.get_model("care", "AuditEnd")
    names = dict(apps.get_model("auth", "User").objects.values_list("pk", "username"))
    number, digest, batch = 0, START, []
    for row in _oldest_first(audit):
        number += 1
        row.number = number
        row.by = names.get(row.who_id, "")
        row.about = row.subject[:64] if row.subject.startswith("p-") else ""
        line = Line(number, row.when, row.who_id, row.by, row.action, row.subject, row.about)
        row.digest = digest = digest_of(line, digest)
        batch.append(row)
        if len(batch) == LINES_AT_ONCE:
            _keep(audit, batch)
            batch = []
    _keep(audit, batch)
    end.objects.create(pk=1, number=number, digest=digest)


def _oldest_first(audit: Any) -> Iterator[Any]:
    """Yield every line, a batch at a time: no cursor is open while lines are written."""
    last = 0
    while rows := list(audit.objects.filter(pk__gt=last).order_by("pk")[:LINES_AT_ONCE]):
        yield from rows
        last = rows[-1].pk


def _keep(audit: Any, rows: list[Any]) -> None:
    audit.objects.bulk_update(rows, ["number", "by", "about", "digest"], batch_size=100)


def keep_what_everybody_saw(apps: Any, _schema: Any) -> None:
    """Let who could see every patient go on doing so, until somebody says otherwise."""
    people = apps.get_model("auth", "User").objects.filter(
        groups__name__in=("therapist", "assistant", "admin")
    )
    if people.exists():
        team = apps.get_model("care", "Team").objects.create(name=PRACTICE, every_patient=True)
        team.members.set(people.distinct())


def nothing(_apps: Any, _schema: Any) -> None:
    """Going back needs no change of what is kept."""


class Migration(migrations.Migration):
    dependencies = [
        ("care", "0005_papers"),
        ("auth", "0012_alter_user_first_name_max_length"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="patient",
            options={
                "ordering": ("name",),
                "permissions": (
                    ("enrol_patient", "Can enrol a patient and say who sees their own patients"),
                    ("export_patient", "Can take a copy of all data of their own patients"),
                    ("manage_roster", "Can manage every patient's record and the stations"),
                    ("manage_people", "Can manage the people who may log in"),
                ),
                "verbose_name": "patient",
            },
        ),
        migrations.AddField("patient", "ended", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("station", "retired", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("station", "versions_used", models.PositiveBigIntegerField(default=0)),
        migrations.CreateModel(
            name="Forgotten",
            fields=[
                ("pseudonym", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("when", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={"verbose_name": "forgotten pseudonym"},
        ),
        migrations.CreateModel(
            name="RecorderPulse",
            fields=[
                ("name", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("connected", models.BooleanField()),
            ],
            options={"verbose_name": "recorder's sign of life"},
        ),
        migrations.CreateModel(
            name="Team",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                ("every_patient", models.BooleanField(default=False, verbose_name="holds every patient")),
                (
                    "members",
                    models.ManyToManyField(blank=True, related_name="teams", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={"ordering": ("name",), "verbose_name": "team"},
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "patient",
                    models.ForeignKey(on_delete=CASCADE, related_name="assignments", to="care.patient"),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=CASCADE, related_name="assignments", to="care.team"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=CASCADE,
                        related_name="assignments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("since",),
                "verbose_name": "assignment",
                "constraints": (
                    models.CheckConstraint(
                        condition=Q(team__isnull=True, user__isnull=False)
                        | Q(team__isnull=False, user__isnull=True),
                        name="assigned_to_a_person_or_a_team",
                    ),
                    models.UniqueConstraint(fields=("patient", "user"), name="one_assignment_a_person"),
                    models.UniqueConstraint(fields=("patient", "team"), name="one_assignment_a_team"),
                ),
            },
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("must_change_password", models.BooleanField(default=False)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=CASCADE, related_name="account", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={"verbose_name": "account"},
        ),
        migrations.CreateModel(
            name="AuditEnd",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveBigIntegerField(default=0)),
                ("digest", models.CharField(default=START, max_length=64)),
            ],
            options={"verbose_name": "end of the audit"},
        ),
        migrations.AddField("audit", "number", models.PositiveBigIntegerField(editable=False, null=True)),
        migrations.AddField("audit", "by", models.CharField(blank=True, max_length=150, default="")),
        migrations.AddField("audit", "about", models.CharField(blank=True, max_length=64, default="")),
        migrations.AddField("audit", "digest", models.CharField(editable=False, max_length=64, default="")),
        migrations.RunPython(chain_the_lines, nothing),
        migrations.RunPython(keep_what_everybody_saw, nothing),
    ]
