"""What lists of a thousand stations and programmes read of a birth and a document, as columns."""

from typing import Final

from django.db import migrations, models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.db.models.lookups import Exact

TOLD: Final = {
    "told_cal": KeyTextTransform("cal", "birth"),
    "told_until": KeyTextTransform("certificate_until", "birth"),
    "told_sim": KeyTextTransform("sim", "birth"),
    "told_kinds": KeyTextTransform("storage_kinds", KeyTextTransform("machine", "birth")),
    "told_storage": KeyTextTransform("storage", KeyTextTransform("machine", "birth")),
}
ON_HOLD: Final = models.Case(
    models.When(
        Exact(Cast(KeyTextTransform("on_hold", "document"), models.TextField()), "true"),
        then=models.Value(value=True),
    ),
    default=models.Value(value=False),
    output_field=models.BooleanField(),
)


def text_of(expression: KeyTextTransform) -> models.GeneratedField:
    return models.GeneratedField(
        db_persist=True, expression=expression, output_field=models.TextField(null=True)
    )


class Migration(migrations.Migration):
    dependencies = [("care", "0017_planned_days")]

    operations = [
        migrations.AddField("prescription", "expires", text_of(KeyTextTransform("expires", "document"))),
        migrations.AddField(
            "prescription",
            "on_hold",
            models.GeneratedField(db_persist=True, expression=ON_HOLD, output_field=models.BooleanField()),
        ),
        *(migrations.AddField("station", name, text_of(told)) for name, told in TOLD.items()),
    ]
