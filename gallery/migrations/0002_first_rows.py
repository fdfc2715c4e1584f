from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from gallery.flux import catalog


def offer_the_models(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    models = apps.get_model("gallery", "FluxModel").objects
    for position, offer in enumerate(catalog.OFFERS, start=1):
        models.get_or_create(
            name=offer.name,
            defaults={
                "label": offer.label,
                "good_at": offer.good_at,
                "can_generate": offer.can_generate,
                "can_edit": offer.can_edit,
                "size_rule": offer.size_rule,
                "credits": offer.credits,
                "seconds": offer.seconds,
                "is_on": offer.is_on,
                "position": position * 10,
            },
        )


def make_the_conductor(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("gallery", "Conductor").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("gallery", "0001_initial"), ("accounts", "0002_team_budget")]

    operations = [
        migrations.RunPython(offer_the_models, migrations.RunPython.noop),
        migrations.RunPython(make_the_conductor, migrations.RunPython.noop),
    ]
