"""How the site is put together; no features."""

__version__ = "0.1.0"
