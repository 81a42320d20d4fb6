"""Settings of a machine: environment variables, or a .env file in the working folder or a folder above it."""

import os


def setting(name: str) -> str:
    """Return a setting, or "" if unset; the environment overrides the .env file."""
    return os.environ.get(name) or _of_file().get(name) or ""


def with_settings() -> dict[str, str]:
    """Return the environment with the settings of the .env file, for a process that works in another folder."""
    return os.environ | {name: value for name, value in _of_file().items() if value and not os.environ.get(name)}


def _of_file():
    """Return the settings of the .env file; {} if there is none."""
    try:
        from dotenv import dotenv_values, find_dotenv  # installed by the extras that use settings
    except ImportError:
        return {}
    path = find_dotenv(usecwd=True)
    try:
        return dotenv_values(path, encoding="utf-8", interpolate=False)
    except UnicodeDecodeError:
        raise ValueError(f"{path} must be a text in UTF-8") from None
