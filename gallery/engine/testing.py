"""A call that costs nothing, to see whether the API answers and takes the token."""

import asyncio

from django.utils import timezone

from gallery.engine import hints, tallies
from gallery.flux.client import FluxClient
from gallery.flux.errors import FluxError
from gallery.models import Conductor

PATIENCE = 20.0  # seconds


def ask() -> None:
    """Have a worker make the call; what came of it stands in the conductor's row."""
    Conductor.objects.filter(pk=1).update(
        test_asked_at=timezone.now(), test_ended_at=None, test_trouble=""
    )
    hints.call_for_a_test()


def call(client: FluxClient) -> None:
    trouble = asyncio.run(_trouble(client))
    Conductor.objects.filter(pk=1).update(test_ended_at=timezone.now(), test_trouble=trouble[:500])
    tallies.keep()


async def _trouble(client: FluxClient) -> str:
    try:
        async with asyncio.timeout(PATIENCE), client:
            await client.check_token()
    except FluxError as error:
        return str(error)
    except TimeoutError:
        return f"No answer within {PATIENCE:.0f} seconds."
    return ""
