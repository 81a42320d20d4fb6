"""Packages that a command needs beside those that every installation has."""

import importlib.util


def needs(*packages: str) -> None:
    """Raise ModuleNotFoundError, whose sentence names the extra, for the first package that is not installed."""
    for name in packages:
        if importlib.util.find_spec(name) is None:
            raise ModuleNotFoundError(name=name)
