"""How a database says that it is away for a moment: whoever tries again, does so after these."""

from django.db import InterfaceError, InternalError, OperationalError

# The last one comes from a server that may be read only, as one is that takes over from another,
# and in a transaction that was ended because its process slept.
IS_AWAY = (OperationalError, InterfaceError, InternalError)
