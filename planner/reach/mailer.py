"""The site's own way of sending mail, for a sweep: patient where a message was handed over.

A server that is left then has it and sends it on; sent again, it would come twice. Everywhere else
a slow server is left soon, also one that drips: a socket's timeout begins anew with every byte.
"""

import smtplib
from typing import Any

from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend

from planner.reach.outside import left_after

LAST_ANSWER = 70  # seconds, to DATA and what follows it


class _Patience(smtplib.SMTP):
    def getreply(self) -> tuple[int, bytes]:
        sock = self.sock
        if sock is None or self.timeout is None:
            return super().getreply()
        with left_after(self.timeout, sock):
            return super().getreply()

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
