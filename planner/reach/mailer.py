"""The site's own way of sending mail, for a sweep: patient where a message was handed over.

A server that is left then has it and sends it on; sent again, it would come twice. Everywhere else
a slow server is left soon, also one that drips: a socket's timeout begins anew with every byte.
"""

import smtplib
import socket
from time import monotonic
from typing import Any

from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend

LAST_ANSWER = 70  # seconds, to DATA and what follows it


class _Lines:
    """What a server says, each reply whole by the moment `until`, however it drips."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._said = b""
        self.until = 0.0

    def readline(self, most: int) -> bytes:
        """Raises OSError."""
        while b"\n" not in self._said and len(self._said) < most:
            left = self.until - monotonic()
            if left <= 0:
                raise TimeoutError("no whole answer in time")
            self._sock.settimeout(left)
            more = self._sock.recv(8192)
            if not more:
                break
            self._said += more
        end = min(self._said.find(b"\n") + 1 or len(self._said), most)
        line, self._said = self._said[:end], self._said[end:]
        return line

    def close(self) -> None:
        """The socket is closed by whoever opened it."""


class _Patience(smtplib.SMTP):
    def getreply(self) -> tuple[int, bytes]:
        sock = self.sock
        if sock is None or self.timeout is None:
            return super().getreply()
        if not isinstance(self.file, _Lines):
            self.file = _Lines(sock)
        self.file.until = monotonic() + self.timeout
        try:
            return super().getreply()
        finally:
            if self.sock is not None:
                self.sock.settimeout(self.timeout)

    def data(self, msg: Any) -> tuple[int, bytes]:
        before, self.timeout = self.timeout, LAST_ANSWER
        if self.sock is not None:
            self.sock.settimeout(LAST_ANSWER)
        try:
            return super().data(msg)
        finally:
            self.timeout = before
            if self.sock is not None:
                self.sock.settimeout(before)


class _PatienceSSL(_Patience, smtplib.SMTP_SSL):
    pass


class _Mailer(EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _PatienceSSL if self.use_ssl else _Patience


def open_mailer() -> Any:
    """Opens with the first message."""
    usual = get_connection()
    return _Mailer() if isinstance(usual, EmailBackend) else usual
