"""Archives and workbooks: what is in them, never more than a file may hold.

Only ever called in the child process of `planner.imports.apart`.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from planner.imports.outcome import Refused, Wanted

MOST_UNPACKED = 60 * 1024 * 1024
MOST_MEMBERS = 2000
MOST_SHEETS = 4


def is_workbook(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return any(name.startswith("xl/") for name in archive.namelist()[:MOST_MEMBERS])
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False


def unpacked(content: bytes, password: str | None) -> bytes:
    """The one bill of an archive. Raises Refused; Wanted where the password is missing or wrong."""
    import pyzipper

    try:
        with pyzipper.AESZipFile(io.BytesIO(content)) as archive:
            members = [
                member
                for member in archive.infolist()
                if member.filename.lower().endswith((".csv", ".xlsx", ".txt", ".pdf"))
                and not member.filename.startswith("__MACOSX")
            ]
            if len(members) != 1:
                raise Refused("no_bill_in_archive")
            member = members[0]
            if member.file_size > MOST_UNPACKED:
                raise Refused("too_large_unpacked")
            if member.flag_bits & 1 and not password:
                raise Wanted("zip_password")
            key = password.encode() if password else None
            with archive.open(member, pwd=key) as stream:
                raw = bytes(stream.read(MOST_UNPACKED + 1))
    except RuntimeError:
        raise Wanted("wrong_password") from None
    except (zipfile.BadZipFile, pyzipper.BadZipFile, ValueError, OSError, EOFError):
        raise Refused("damaged_archive") from None
    except NotImplementedError:
        raise Refused("damaged_archive") from None
    if len(raw) > MOST_UNPACKED:
        raise Refused("too_large_unpacked")
    return raw


def sheets(content: bytes) -> list[Iterator[Sequence[Any]]]:
    """Rows of each sheet, formulas as the values they had when the file was written."""
    import python_calamine

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MOST_UNPACKED:
                raise Refused("too_large_unpacked")
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = workbook.sheet_names[:MOST_SHEETS]
        return [workbook.get_sheet_by_name(name).iter_rows() for name in names]
    except (python_calamine.CalamineError, zipfile.BadZipFile, ValueError, OSError):
        raise Refused("damaged_workbook") from None
