"""What the worklist reads of everybody's sessions stands in their indexes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("care", "0018_told_columns")]

    operations = [
        migrations.AddIndex(
            "session",
            models.Index(
                fields=["patient", "-started"],
                include=["sim", "station", "trial_count"],
                name="care_newest_session",
            ),
        ),
        migrations.AddIndex(
            "session",
            models.Index(
                fields=["started"], include=["patient", "trial_count", "pain", "sim"], name="care_lately"
            ),
        ),
        migrations.RemoveIndex("session", "care_sessio_patient_3f2762_idx"),
        migrations.RemoveIndex("session", "care_sessio_started_d0edc6_idx"),
    ]
