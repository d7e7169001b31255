import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


def clear_topics_named_by_numbers(apps, _schema_editor):
    """Have the broker forget programmes kept under the number of a person: topics name no patient."""
    prescriptions = apps.get_model("care", "Prescription").objects.filter(document__number__isnull=False)
    for station, number in set(prescriptions.values_list("station", "document__number")):
        if number:
            apps.get_model("care", "Retained").objects.create(station_id=station, kind=f"rx/{number}")


class Migration(migrations.Migration):
    dependencies = [
        ("care", "0004_clock"),
    ]

    operations = [
        migrations.AddField(
            model_name="prescription",
            name="signed_again",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="station",
            name="keys",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="station",
            name="keys_version",
            field=models.PositiveBigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="station",
            name="revoked",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="Renewal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=64)),
                ("csr", models.TextField()),
                ("serial", models.CharField(max_length=40)),
                ("sig", models.BinaryField()),
                ("asked", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("given", "Given, not used yet"),
                            ("used", "In use"),
                            ("refused", "Refused"),
                        ],
                        db_index=True,
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("confirmed", models.BooleanField(default=False)),
                ("given", models.CharField(blank=True, max_length=40)),
                ("reason", models.CharField(blank=True, max_length=400)),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renewals",
                        to="care.station",
                    ),
                ),
            ],
            options={
                "verbose_name": "renewal",
                "ordering": ("-asked",),
                "constraints": [models.UniqueConstraint(fields=("station", "key"), name="one_renewal_a_key")],
            },
        ),
        migrations.CreateModel(
            name="Retained",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=80)),
                ("payload", models.BinaryField(blank=True)),
                ("sent", models.BooleanField(db_index=True, default=False)),
                ("answer", models.CharField(blank=True, max_length=400)),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="retained",
                        to="care.station",
                    ),
                ),
            ],
            options={
                "verbose_name": "retained message",
                "ordering": ("station", "kind"),
                "constraints": [
                    models.UniqueConstraint(fields=("station", "kind"), name="one_payload_a_topic")
                ],
            },
        ),
        migrations.RunPython(clear_topics_named_by_numbers, migrations.RunPython.noop),
    ]
