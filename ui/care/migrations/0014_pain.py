"""The pain told before a session, as a column of its own."""

import django.db.models.fields.json
import django.db.models.functions.comparison
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("care", "0013_language")]

    operations = [
        migrations.AddField(
            model_name="session",
            name="pain",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(
                        django.db.models.lookups.In(
                            django.db.models.functions.comparison.Cast(
                                django.db.models.fields.json.KeyTextTransform(
                                    "pain", django.db.models.fields.json.KeyTextTransform("answers", "body")
                                ),
                                models.TextField(),
                            ),
                            ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"],
                        ),
                        then=django.db.models.functions.comparison.Cast(
                            django.db.models.functions.comparison.Cast(
                                django.db.models.fields.json.KeyTextTransform(
                                    "pain", django.db.models.fields.json.KeyTextTransform("answers", "body")
                                ),
                                models.TextField(),
                            ),
                            models.IntegerField(),
                        ),
                    ),
                    default=None,
                    output_field=models.IntegerField(null=True),
                ),
                output_field=models.IntegerField(null=True),
            ),
        ),
    ]
