"""Whose the files are. Who operates a site does things by hand as root at times (`make check`);
what was made then must not be closed to the account that the site runs as.
"""

import os
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


def hand_over(path: Path) -> None:
    """Give what root has made to the owner of the folder it lies in."""
    if os.geteuid() != 0 or not path.exists() or path.stat().st_uid != 0:
        return
    folder = path.parent.stat()
    if folder.st_uid != 0:
        os.chown(path, folder.st_uid, folder.st_gid)


def hand_over_file(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """After connecting, which makes the file where there is none; SQLite does the same with its
    log and index, once the file itself is somebody's."""
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        for path in (name, f"{name}-wal", f"{name}-shm"):
            hand_over(Path(path))
