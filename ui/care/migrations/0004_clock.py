from django.db import migrations, models

CLOCK = [
    ("synced", "time as the station's clock said"),
    ("corrected", "time corrected: the station's clock was not set yet"),
    ("unknown", "time unknown: the station's clock was never set; shown in its order"),
]


class Migration(migrations.Migration):
    dependencies = [("care", "0003_journal")]

    operations = [
        migrations.AddField(
            model_name="event",
            name="clock",
            field=models.CharField(choices=CLOCK, default="synced", max_length=10),
        ),
        migrations.AddField(
            model_name="journal",
            name="clock",
            field=models.CharField(choices=CLOCK, default="synced", max_length=10),
        ),
        migrations.AddField(
            model_name="message",
            name="at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="boot",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="message",
            name="mono_ms",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="session",
            name="clock",
            field=models.CharField(choices=CLOCK, default="synced", max_length=10),
        ),
        migrations.AddField(
            model_name="station",
            name="clock",
            field=models.CharField(blank=True, editable=False, max_length=10),
        ),
        migrations.AddField(
            model_name="trial",
            name="clock",
            field=models.CharField(choices=CLOCK, default="synced", max_length=10),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("at__isnull", True)), fields=["station", "boot"], name="care_undated"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["station", "boot", "received"], name="care_boot"),
        ),
    ]
