"""Releases offered to stations, requests that one be taken, and what became of each."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("care", "0014_pain"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OfferedRelease",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveBigIntegerField(unique=True)),
                ("version", models.CharField(max_length=40)),
                ("debian", models.CharField(max_length=32)),
                ("arch", models.CharField(max_length=32)),
                ("key", models.CharField(max_length=64)),
                ("document", models.BinaryField()),
                ("created", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("withdrawn", models.DateTimeField(blank=True, null=True)),
                (
                    "who",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "release",
                "ordering": ("-number",),
            },
        ),
        migrations.CreateModel(
            name="UpdateAsk",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveBigIntegerField()),
                ("created", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "On its way"),
                            ("received", "Received"),
                            ("waiting", "Waits"),
                            ("fetching", "Being fetched"),
                            ("fetched", "Fetched"),
                            ("installing", "Being installed"),
                            ("running", "Runs and is healthy"),
                            ("taken-back", "Taken back"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="queued",
                        max_length=20,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=400)),
                ("installed", models.CharField(blank=True, max_length=40)),
                ("answered", models.DateTimeField(blank=True, null=True)),
                (
                    "offered",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="asks",
                        to="care.offeredrelease",
                    ),
                ),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="update_asks",
                        to="care.station",
                    ),
                ),
                (
                    "who",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "request to update",
                "ordering": ("station", "-number"),
            },
        ),
        migrations.CreateModel(
            name="UpdateStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "On its way"),
                            ("received", "Received"),
                            ("waiting", "Waits"),
                            ("fetching", "Being fetched"),
                            ("fetched", "Fetched"),
                            ("installing", "Being installed"),
                            ("running", "Runs and is healthy"),
                            ("taken-back", "Taken back"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        max_length=20,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=400)),
                ("heard", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "ask",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="care.updateask"
                    ),
                ),
            ],
            options={
                "verbose_name": "step of an update",
                "ordering": ("pk",),
            },
        ),
        migrations.AddConstraint(
            model_name="updateask",
            constraint=models.UniqueConstraint(fields=("station", "number"), name="one_update_a_number"),
        ),
    ]
