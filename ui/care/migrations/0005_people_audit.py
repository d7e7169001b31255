from django.db import migrations, models


class Migration(migrations.Migration):
    # Apart from the lines' own migration: PostgreSQL changes no table in the transaction that wrote its rows.
    dependencies = [("care", "0004_people")]

    operations = [
        migrations.AlterModelOptions("audit", {"ordering": ("-number",), "verbose_name": "audit line"}),
        migrations.AlterField(
            "audit", "number", models.PositiveBigIntegerField(editable=False, unique=True)
        ),
        migrations.AlterField("audit", "by", models.CharField(blank=True, max_length=150)),
        migrations.AlterField("audit", "about", models.CharField(blank=True, db_index=True, max_length=64)),
        migrations.AlterField("audit", "digest", models.CharField(editable=False, max_length=64)),
    ]
