"""What differs between machines: from the environment, or from a file .env in this folder or one above it."""

import os


def setting(name):
    """Return the setting of this name, or "" where nobody made one; the environment goes before the file."""
    if os.environ.get(name):
        return os.environ[name]
    try:
        from dotenv import dotenv_values, find_dotenv  # comes with the extras that have settings
    except ImportError:
        return ""
    path = find_dotenv(usecwd=True)
    try:
        return dotenv_values(path, encoding="utf-8", interpolate=False).get(name) or ""
    except UnicodeDecodeError:
        raise ValueError(f"{path} must be a text in UTF-8") from None
