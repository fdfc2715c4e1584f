from decimal import Decimal

import pytest
from django.db.backends.base.base import BaseDatabaseWrapper

from accounts import credits
from gallery import favourites, trash


@pytest.fixture
def other_databases(monkeypatch, transactional_db):
    """Django's tests bar each database that is not named beforehand."""

    def connect(wrapper):
        if wrapper.connection is None:
            with wrapper.wrap_database_errors:
                wrapper.connect()

    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", connect)


@pytest.fixture
def filled(alice, bob, make_image, make_generation):
    edit = make_generation(alice, action="edit", status="succeeded")
    images = [make_image(alice, generation=edit, prompt="Ein Türmchen 🏰\n“zwei”"), make_image(bob)]
    favourites.mark(images[1], by=bob, is_favourite=True)
    trash.throw_away(images[0])
    credits.hold(alice, Decimal("0.2161"), reference="generation:1")
    credits.adjust(bob, Decimal(-3), by=alice, note="a gift taken back")
    return images
