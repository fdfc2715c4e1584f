import uuid

import pytest


@pytest.fixture
def wish():
    """What the composer's form sends."""

    def fields(**others):
        usual = {
            "prompt": "A lighthouse at dusk",
            "model": "flux-dev",
            "size": "1:1",
            "count": "1",
            "form_token": str(uuid.uuid4()),
        }
        return usual | others

    return fields
