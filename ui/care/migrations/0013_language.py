"""The language an account has chosen for the site."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("care", "0011_wall")]

    operations = [
        migrations.AddField("account", "language", models.CharField(blank=True, default="", max_length=10)),
    ]
