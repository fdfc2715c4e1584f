from django.db import migrations

from gallery import indexing


def renew(apps, schema_editor):
    indexing.remove(schema_editor.connection)
    indexing.install(schema_editor.connection)


class Migration(migrations.Migration):
    """Stars, averages and tags become facets; the index of a million takes about two minutes."""

    dependencies = [("gallery", "0011_api_tally")]

    operations = [migrations.RunPython(renew, migrations.RunPython.noop)]
