"""The ledger and the audit log, when somebody goes around the models."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from accounts import append_only, audit, credits
from accounts.models import AuditEvent, CreditEntry
from accounts.models.audit import AuditKind

MODELS = [AuditEvent, CreditEntry]


@pytest.fixture
def lines(alice, admin):
    audit.record(AuditKind.PEOPLE, "Made Bob an admin")
    credits.hold(alice, Decimal(5), reference="generation:1")
    credits.adjust(alice, Decimal(3), by=admin, note="A gift")
    return [list(model.objects.order_by("pk").values()) for model in MODELS]


def by_sql(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    "change",
    [
        lambda model: model._base_manager.update(created_at="2020-01-01T00:00Z"),
        lambda model: model._base_manager.all().delete(),
        lambda model: model._base_manager.all()._raw_delete("default"),
        lambda model: by_sql(f"UPDATE {model._meta.db_table} SET kind = kind"),
        lambda model: by_sql(f"DELETE FROM {model._meta.db_table} WHERE id > 0"),
    ],
    ids=["update", "delete", "raw delete", "UPDATE", "DELETE"],
)
def test_the_database_refuses_to_change_or_delete_a_line(lines, model, change):
    with pytest.raises(IntegrityError, match=append_only.REFUSAL), transaction.atomic():
        change(model)

    assert [list(each.objects.order_by("pk").values()) for each in MODELS] == lines


def test_lines_are_added_as_before(lines, alice):
    assert credits.release(reference="generation:1")
    assert not credits.release(reference="generation:1")

    assert credits.statement(alice).left == 103


def test_both_tables_are_the_models_tables():
    assert set(append_only.TABLES) == {model._meta.db_table for model in MODELS}


def test_taken_away_and_put_back_they_refuse_again(lines):
    append_only.remove(connection)
    by_sql("UPDATE accounts_auditevent SET text = 'Somebody else did it'")
    append_only.install(connection)

    with pytest.raises(IntegrityError), transaction.atomic():
        by_sql("UPDATE accounts_auditevent SET text = 'Nobody did'")
    assert AuditEvent.objects.get().text == "Somebody else did it"


class TestWithoutATransactionAround:
    """Two, so that the second shows what the first one's end has left."""

    pytestmark = pytest.mark.django_db(transaction=True)

    @pytest.mark.parametrize("number", [1, 2])
    def test_they_are_there_again_after_all_tables_were_emptied(self, lines, number):
        assert AuditEvent.objects.count() == 1
        with pytest.raises(IntegrityError):
            by_sql("DELETE FROM accounts_creditentry")
