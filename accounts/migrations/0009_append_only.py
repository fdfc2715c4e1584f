from typing import Any

from django.db import migrations

from accounts import append_only


def install(apps: Any, schema_editor: Any) -> None:
    append_only.install(schema_editor.connection)


def remove(apps: Any, schema_editor: Any) -> None:
    append_only.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_carry_and_digests")]

    operations = [migrations.RunPython(install, remove)]
