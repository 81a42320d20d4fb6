"""Reasons why the system refuses to write a file or a folder, in words."""

import errno
from pathlib import Path

NO_SPACE = {errno.ENOSPC, errno.EDQUOT}  # codes of a full disk, and of a user's full share of it


def reason(error: OSError, folder: Path) -> str:
    """Return why a file or a folder could not be made or written in a folder, and the way out, in words.

    >>> reason(PermissionError(errno.EACCES, "Permission denied"), Path("/srv"))
    'you may not write into the folder /srv; name another one'
    """
    if error.errno in NO_SPACE:
        return "the disk is full"
    if error.errno == errno.EFBIG:
        return "it would be larger than a file may be here"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"you may not write into the folder {folder}; name another one"
    if error.errno == errno.EROFS:
        return f"the folder {folder} can only be read; name another one"
    if error.errno == errno.ENOENT:
        return f"the folder {folder} takes no new files; name another one"
    return str(error.strerror)
