"""Settings of a machine: environment variables, or a .env file in the working folder or a folder above it."""

import os


def setting(name: str) -> str:
    """Return a setting, or "" if unset; the environment overrides the .env file."""
    if os.environ.get(name):
        return os.environ[name]
    try:
        from dotenv import dotenv_values, find_dotenv  # installed by the extras that use settings
    except ImportError:
        return ""
    path = find_dotenv(usecwd=True)
    try:
        return dotenv_values(path, encoding="utf-8", interpolate=False).get(name) or ""
    except UnicodeDecodeError:
        raise ValueError(f"{path} must be a text in UTF-8") from None
