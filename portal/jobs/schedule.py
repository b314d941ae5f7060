"""Every job by name: importing the handlers registers them, those with a cron line recur."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from portal import jobs


def register() -> None:
    """Import each module of this package once; its decorators fill queue.HANDLERS."""
    for module in iter_modules(jobs.__path__):
        import_module(f"{jobs.__name__}.{module.name}")
