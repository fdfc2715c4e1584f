"""The Flux API in process: what answers while there is no token.

It keeps nothing but uploads. A job's id carries all that there is to know about the job, so any
process can answer for it, and paint its pictures. Callbacks are not sent: jobs are found by asking.
"""

from gallery.flux.emulator.behaviours import WORDS
from gallery.flux.emulator.transport import EMULATOR_URL, EmulatorPictures, EmulatorTransport

__all__ = ["EMULATOR_URL", "WORDS", "EmulatorPictures", "EmulatorTransport"]
