"""The one way out by HTTP: a body is handed to a known service, and little of the answer is read.

A service is called by HTTPS alone, where its name leads to the open internet, at the very address
that was looked at. No redirect is followed, and whatever it does it is left after `PATIENCE`, as a
name server is.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from typing import NamedTuple

from django.conf import settings

UNICAST = ipaddress.ip_network("2000::/3")  # all that is handed out (RFC 4291)
HOLDING = (ipaddress.ip_network("2002::/16"), ipaddress.ip_network("2001::/32"))  # 6to4, Teredo
PATIENCE = 10  # seconds for its name, again to be reached, and again to answer
NOT_NOW = (429, 500)  # of one device or key, maybe; from 502 on the service itself is in trouble
MOST = 4_096  # bytes that are read of an answer


class Service(NamedTuple):
    """Where a message is handed in; `is_stand_in` in tests alone."""

    host: str
    port: int
    path: str
    is_stand_in: bool


class Answer(NamedTuple):
    """`body` is its beginning, where that was wanted."""

    status: int
    body: bytes


def service_at(host: str, path: str) -> Service:
    """The known service of that name, or in tests what stands in for all of them."""
    if settings.PUSH_TEST_HOST:
        name, _colon, port = settings.PUSH_TEST_HOST.partition(":")
        return Service(name, int(port or 80), f"/{host}{path}", is_stand_in=True)
    return Service(host, 443, path, is_stand_in=False)


def post(
    service: Service, body: bytes, headers: Mapping[str, str | bytes], *, reads: bool = False
) -> Answer:
    """Raises OSError."""
    connection: http.client.HTTPConnection
    if service.is_stand_in:
        connection = http.client.HTTPConnection(service.host, service.port, timeout=PATIENCE)
    else:
        connection = _Checked(service.host, service.port, timeout=PATIENCE)
    try:
        connection.connect()
        with left_after(PATIENCE, connection.sock):
            connection.request("POST", service.path, body, headers)
            answer = connection.getresponse()
            begun = b""
            with suppress(OSError, http.client.HTTPException):  # its status was heard
                begun = answer.read(MOST) if reads else b""
        return Answer(answer.status, begun)
    except http.client.HTTPException as broken:
        raise OSError(f"{service.host} did not speak HTTP") from broken
    finally:
        connection.close()


@contextmanager
def left_after(seconds: float, sock: socket.socket) -> Iterator[None]:
    """End what the socket waits for: its own timeout begins anew with every byte."""

    def leave() -> None:
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)

    watch = threading.Timer(seconds, leave)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


class _Checked(http.client.HTTPSConnection):
    """To the very address that was looked at: asked again, the name could lead elsewhere."""

    def connect(self) -> None:
        address = _open_address(self.host, self.port)
        plain = socket.create_connection((address, self.port), self.timeout)
        self.sock = ssl.create_default_context().wrap_socket(
            plain, server_hostname=self.host, do_handshake_on_connect=False
        )
        with left_after(PATIENCE, self.sock):
            self.sock.do_handshake()


def look_up(host: str, port: int, seconds: float) -> list[str]:
    """The addresses of that name, as the system sorts them. Raises OSError.

    The system asks a name server that is silent for as long as it is set to, which a program cannot
    change: it is left to a thread, that ends with its answer.
    """
    asked: Future[list[str]] = Future()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            asked.set_result([str(one[4][0]) for one in found])
        except UnicodeError:
            asked.set_exception(OSError("no name that can be looked up"))
        except Exception as error:
            asked.set_exception(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        return asked.result(seconds)
    except TimeoutError:
        raise TimeoutError(f"nobody said where {host} is") from None


def _open_address(host: str, port: int) -> str:
    """Raises OSError where the name leads to anything but the open internet."""
    found = look_up(host, port, PATIENCE)
    for text in found:
        if not _is_open(ipaddress.ip_address(text)):
            raise OSError("no service is called within a private network")
    return found[0]


def _is_open(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether it is on the open internet; not where it holds another address that may not be."""
    if ip.version == 6 and (ip not in UNICAST or any(ip in one for one in HOLDING)):
        return False
    return ip.is_global and not ip.is_multicast
