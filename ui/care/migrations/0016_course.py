"""What a course is drawn from: hand support as a column, and an index with all of it."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, NullIf


class Migration(migrations.Migration):
    dependencies = [
        ("care", "0015_updates"),
    ]

    operations = [
        migrations.AddField(
            model_name="trial",
            name="support_percent",
            field=models.GeneratedField(
                db_persist=True,
                expression=Cast(
                    NullIf(
                        Cast(
                            KeyTextTransform("mean_percent", KeyTextTransform("support", "body")),
                            models.TextField(),
                        ),
                        models.Value("null"),
                    ),
                    models.FloatField(),
                ),
                output_field=models.FloatField(null=True),
            ),
        ),
        migrations.AlterField(
            model_name="trial",
            name="session",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="trials",
                to="care.session",
            ),
        ),
        migrations.AddIndex(
            model_name="trial",
            index=models.Index(
                fields=[
                    "session",
                    "id",
                    "number",
                    "routine",
                    "rung",
                    "side",
                    "support_kind",
                    "vision",
                    "surface",
                    "started",
                    "clock",
                    "outcome",
                    "hold_s",
                    "target_hold_s",
                    "velocity_mm_s",
                    "alg",
                    "sim",
                    "support_percent",
                ],
                name="care_course",
            ),
        ),
    ]
