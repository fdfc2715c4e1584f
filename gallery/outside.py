"""The API and the net as the settings say: with a token the real ones, without it the emulator."""

from django.conf import settings

from gallery.engine import tallies
from gallery.fetching import Fetcher
from gallery.flux.client import FluxClient
from gallery.flux.emulator import EMULATOR_URL, EmulatorPictures, EmulatorTransport

EMULATOR_FOLDER = settings.DATA_DIR / "emulator"
EMULATOR_TOKEN = "emulator"  # noqa: S105 - the emulator takes any


def open_client() -> FluxClient:
    if settings.DEMO:
        transport = EmulatorTransport(keep=EMULATOR_FOLDER)
        return FluxClient(
            base_url=EMULATOR_URL, token=EMULATOR_TOKEN, transport=transport, noted=tallies.note
        )
    return FluxClient(
        base_url=settings.FLUX_API_URL, token=settings.FLUX_API_TOKEN, noted=tallies.note
    )


def open_fetcher() -> Fetcher:
    transports = {EMULATOR_URL: EmulatorPictures(keep=EMULATOR_FOLDER)} if settings.DEMO else {}
    return Fetcher(allowed_hosts=settings.FLUX_RESULT_HOSTS, transports=transports)
