"""The site's own way of sending mail: no server holds a page up, whatever it does.

It is found in time, and each answer is whole in time: a socket's timeout begins anew with every
byte. A sweep is patient where a message was handed over: a server that is left then has it and
sends it on; sent again, it would come twice.
"""

import re
import smtplib
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Any

from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend

from planner.reach.outside import look_up


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


class _Timely(smtplib.SMTP):
    last_answer: float | None = None  # seconds, to DATA and what follows it; else as to all others

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """At the first address that answers, as the standard library does; found in time."""
        failed = OSError("a name without an address")
        for address in look_up(host, port, timeout):
            try:
                return socket.create_connection((address, port), timeout)
            except OSError as error:
                failed = error
        raise failed

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
        with self._waiting(self.last_answer or self.timeout):
            return super().data(msg)

    def sendmail(
        self,
        from_addr: str,
        to_addrs: str | Sequence[str],
        msg: Any,
        mail_options: Sequence[str] = (),
        rcpt_options: Sequence[str] = (),
    ) -> dict[str, tuple[int, bytes]]:
        """To a server that takes several commands at once (RFC 2920) in two round trips, not four.
        One that refused is left: it may be waiting for the message all the same."""
        self.ehlo_or_helo_if_needed()
        if not self.has_extn("pipelining") or len(to_addrs) != 1 or mail_options or rcpt_options:
            return super().sendmail(from_addr, to_addrs, msg, mail_options, rcpt_options)
        sender, recipient = map(smtplib.quoteaddr, (from_addr, to_addrs[0]))
        self.send(f"MAIL FROM:{sender}\r\nRCPT TO:{recipient}\r\nDATA\r\n")
        of_sender, of_recipient, of_data = self.getreply(), self.getreply(), self.getreply()
        try:
            if of_sender[0] != 250:
                raise smtplib.SMTPSenderRefused(*of_sender, from_addr)
            if of_recipient[0] not in (250, 251):
                raise smtplib.SMTPRecipientsRefused({to_addrs[0]: of_recipient})
            if of_data[0] != 354:
                raise smtplib.SMTPDataError(*of_data)
            with self._waiting(self.last_answer or self.timeout):
                self.send(re.sub(rb"(?m)^\.", b"..", msg).removesuffix(b"\r\n") + b"\r\n.\r\n")
                of_message = self.getreply()
            if of_message[0] != 250:
                raise smtplib.SMTPDataError(*of_message)
        except smtplib.SMTPException:
            self.close()
            raise
        return {}

    @contextmanager
    def _waiting(self, seconds: float) -> Iterator[None]:
        before, self.timeout = self.timeout, seconds
        if self.sock is not None:
            self.sock.settimeout(seconds)
        try:
            yield
        finally:
            self.timeout = before
            if self.sock is not None:
                self.sock.settimeout(before)


class _TimelySSL(smtplib.SMTP_SSL, _Timely):
    pass


class _Patient(_Timely):
    last_answer = 70


class _PatientSSL(smtplib.SMTP_SSL, _Patient):
    pass


class TimelyBackend(EmailBackend):
    """Of pages: who waits for one is told soon."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _TimelySSL if self.use_ssl else _Timely


class _PatientBackend(EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _PatientSSL if self.use_ssl else _Patient


def open_mailer() -> Any:
    """For a sweep; opens with the first message."""
    usual = get_connection()
    return _PatientBackend() if isinstance(usual, EmailBackend) else usual
