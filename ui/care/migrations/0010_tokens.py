"""Tokens of the API, and when a session was last changed."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("care", "0009_templates_and_answers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=30, unique=True)),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("created", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires", models.DateTimeField(null=True)),
                ("revoked", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "API token",
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="TokenUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("what", models.CharField(max_length=100)),
            ],
            options={
                "verbose_name": "use of a token",
                "ordering": ("-day", "what"),
            },
        ),
        migrations.AddField(
            model_name="session",
            name="changed",
            field=models.DateTimeField(auto_now=True),
        ),
        migrations.AddIndex(
            model_name="session",
            index=models.Index(fields=["changed", "id"], name="care_sessio_changed_eee2c6_idx"),
        ),
        migrations.AddIndex(
            model_name="trial",
            index=models.Index(fields=["received", "id"], name="care_trial_receive_a64816_idx"),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="api_tokens",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="tokenuse",
            name="token",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="uses", to="care.apitoken"
            ),
        ),
        migrations.AddConstraint(
            model_name="tokenuse",
            constraint=models.UniqueConstraint(fields=("token", "day", "what"), name="one_use_a_day"),
        ),
    ]
