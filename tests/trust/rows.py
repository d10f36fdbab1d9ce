"""A line of the table: a promise and what was found."""

from typing import NamedTuple


class Row(NamedTuple):
    promise: str
    bar: str
    measured: str
    how: str
    is_met: bool
