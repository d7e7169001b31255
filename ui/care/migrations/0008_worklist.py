import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("care", "0007_people_audit"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Background",
            fields=[
                (
                    "patient",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="background",
                        serialize=False,
                        to="care.patient",
                    ),
                ),
                ("surgery", models.CharField(blank=True, max_length=20, verbose_name="kind of surgery")),
                ("surgery_date", models.DateField(blank=True, null=True, verbose_name="date of surgery")),
                ("device", models.CharField(blank=True, max_length=20, verbose_name="walking aid")),
                (
                    "height_cm",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="height, cm"),
                ),
                (
                    "weight_kg",
                    models.DecimalField(
                        blank=True, decimal_places=1, max_digits=4, null=True, verbose_name="weight, kg"
                    ),
                ),
                ("when", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "background",
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("when", models.DateTimeField(default=django.utils.timezone.now)),
                ("text", models.TextField(max_length=2000, verbose_name="note")),
            ],
            options={
                "verbose_name": "note",
                "ordering": ("-when",),
            },
        ),
        migrations.CreateModel(
            name="SeenTo",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("cause", models.CharField(max_length=100)),
                ("word", models.CharField(blank=True, max_length=200)),
                ("when", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ("undone_when", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "line seen to",
                "ordering": ("-when",),
            },
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["patient", "-happened"], name="care_event_patient_41977d_idx"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["happened"], name="care_event_happene_ff1294_idx"),
        ),
        migrations.AddIndex(
            model_name="journal",
            index=models.Index(fields=["patient", "-written"], name="care_journa_patient_4e733a_idx"),
        ),
        migrations.AddIndex(
            model_name="session",
            index=models.Index(fields=["started"], name="care_sessio_started_d0edc6_idx"),
        ),
        migrations.AddField(
            model_name="background",
            name="who",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="corrects",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrected_by",
                to="care.note",
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="care.patient"
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="who",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="seento",
            name="patient",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="seen_to",
                to="care.patient",
            ),
        ),
        migrations.AddField(
            model_name="seento",
            name="station",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="seen_to",
                to="care.station",
            ),
        ),
        migrations.AddField(
            model_name="seento",
            name="undone_who",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="seento",
            name="who",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="note",
            index=models.Index(fields=["patient", "-when"], name="care_note_patient_a82a38_idx"),
        ),
        migrations.AddIndex(
            model_name="seento",
            index=models.Index(fields=["cause"], name="care_seento_cause_871495_idx"),
        ),
    ]
