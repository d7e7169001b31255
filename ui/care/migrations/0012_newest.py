import django.db.models.fields.json
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("care", "0011_wall"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="prescription",
            name="subj",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.fields.json.KeyTextTransform("subj", "document"),
                output_field=models.TextField(null=True),
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("kind", "possible_fall")),
                fields=["patient", "-happened"],
                name="care_falls",
            ),
        ),
        migrations.AddIndex(
            model_name="prescription",
            index=models.Index(fields=["station", "subj", "-version"], name="care_rx_newest"),
        ),
        migrations.AddIndex(
            model_name="session",
            index=models.Index(fields=["station", "cal", "started"], name="care_calibrated"),
        ),
    ]
