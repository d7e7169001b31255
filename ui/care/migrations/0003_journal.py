import django.db.models.deletion
from django.db import migrations, models

PROTECT = django.db.models.deletion.PROTECT


class Migration(migrations.Migration):
    dependencies = [("care", "0002_refused_whole")]

    operations = [
        migrations.CreateModel(
            name="Journal",
            fields=[
                (
                    "message",
                    models.OneToOneField(
                        on_delete=PROTECT, primary_key=True, serialize=False, to="care.message"
                    ),
                ),
                ("session", models.UUIDField()),
                ("written", models.DateTimeField()),
                ("body", models.JSONField()),
                ("sim", models.BooleanField()),
                (
                    "patient",
                    models.ForeignKey(
                        null=True, on_delete=PROTECT, related_name="journals", to="care.patient"
                    ),
                ),
                (
                    "station",
                    models.ForeignKey(on_delete=PROTECT, related_name="journals", to="care.station"),
                ),
            ],
            options={"verbose_name": "journal entry", "ordering": ("-written",)},
        ),
    ]
