"""One push message: sealed so that the device alone can read it, and handed to a push service.

The address comes from a browser, so from whoever controls one. It is called only if it is of a
push service that we know, by HTTPS, where that name leads to the open internet; no redirect is
followed, and of the answer nothing is read but its status.
"""

import http.client
import ipaddress
import json
import re
import socket
import ssl
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from planner.reach.outcomes import Gone, Undeliverable

# Of Chrome and Edge on Android; of Firefox; of Safari; of Edge on Windows.
HOSTS = ("fcm.googleapis.com", "updates.push.services.mozilla.com", "web.push.apple.com")
ENDINGS = (".push.apple.com", ".notify.windows.com")
UNICAST = ipaddress.ip_network("2000::/3")  # all that is handed out (RFC 4291)
HOLDING = (ipaddress.ip_network("2002::/16"), ipaddress.ip_network("2001::/32"))  # 6to4, Teredo
LONGEST = 1_000  # characters of an address
PATIENCE = 10  # seconds
KEPT = 24 * 60 * 60  # seconds that the service keeps it for a device that is off
LONGEST_TEXT = 500  # characters, of up to 4 bytes: what is sealed may have 3,993


class Service(NamedTuple):
    """Where a message is handed in; `is_stand_in` in tests alone."""

    host: str
    port: int
    path: str
    is_stand_in: bool


def service_of(endpoint: str) -> Service | None:
    """None of an address that is no known push service's."""
    if len(endpoint) > LONGEST or not re.fullmatch(r"[!-~]+", endpoint):
        return None
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname or ""
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    if parts.username is not None or not parts.path.startswith("/"):
        return None
    if settings.PUSH_TEST_HOST and endpoint.startswith(f"http://{settings.PUSH_TEST_HOST}/"):
        return Service(host, port or 80, path, is_stand_in=True)
    is_known = host in HOSTS or host.endswith(ENDINGS)
    if parts.scheme != "https" or port not in (None, 443) or not is_known:
        return None
    return Service(host, 443, path, is_stand_in=False)


def is_subscription(target: object) -> bool:
    """Whether it is what a browser hands out, for a push service that we know."""
    match target:
        case {"endpoint": str(endpoint), "keys": {"p256dh": str(point), "auth": str(secret)}}:
            pass
        case _:
            return False
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(point))
        return len(_bytes(secret)) == 16 and service_of(endpoint) is not None
    except ValueError:
        return False


def public_key() -> str:
    """Of this site, as browsers want it; "" where no push is sent."""
    return _public(settings.VAPID_KEY) if settings.VAPID_KEY else ""


@cache
def _public(key: str) -> str:
    private = ec.derive_private_key(int.from_bytes(_bytes(key), "big"), ec.SECP256R1())
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return urlsafe_b64encode(point).rstrip(b"=").decode()


def send(target: Mapping[str, Any], content: Mapping[str, str], message_id: str) -> None:
    """Sent twice under one id, the second takes the place of the first, at the service and on the
    device. Raises Undeliverable, Gone, OSError."""
    service = service_of(target["endpoint"])
    if service is None or not settings.VAPID_KEY:
        raise Undeliverable
    said = {
        "title": content["subject"],
        "body": content["text"][:LONGEST_TEXT],
        "path": content["path"],
        "tag": message_id,
    }
    headers = {
        **_signed(service),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(KEPT),
        "Topic": message_id,
        "Urgency": "normal",
    }
    text = json.dumps(said, ensure_ascii=False).encode()
    status = _post(service, _sealed(target, text), headers)
    if status in (404, 410):
        raise Gone
    if status == 429 or status >= 500:
        raise OSError(f"the push service answered {status}")
    if not 200 <= status < 300:
        raise Undeliverable


def _sealed(target: Mapping[str, Any], text: bytes) -> bytes:
    """RFC 8291."""
    from pywebpush import WebPusher  # weighs 20 MB, and no page needs it

    body: bytes = WebPusher(target).encode(text)["body"]
    return body


def _signed(service: Service) -> dict[str, str]:
    """RFC 8292: whose message it is."""
    from py_vapid import Vapid02

    scheme = "http" if service.is_stand_in else "https"
    port = f":{service.port}" if service.is_stand_in else ""
    claims = {
        "aud": f"{scheme}://{service.host}{port}",
        "sub": "mailto:" + settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].rstrip(">"),
        "exp": int(time.time()) + KEPT // 2,
    }
    signed: dict[str, str] = Vapid02.from_raw(settings.VAPID_KEY.encode()).sign(claims)
    return signed


def _post(service: Service, body: bytes, headers: dict[str, str]) -> int:
    """The status of the answer. Raises OSError."""
    connection: http.client.HTTPConnection
    if service.is_stand_in:
        connection = http.client.HTTPConnection(service.host, service.port, timeout=PATIENCE)
    else:
        connection = _Checked(service.host, service.port, timeout=PATIENCE)
    try:
        connection.request("POST", service.path, body, headers)
        return connection.getresponse().status
    except http.client.HTTPException as broken:
        raise OSError("the push service did not speak HTTP") from broken
    finally:
        connection.close()


class _Checked(http.client.HTTPSConnection):
    """To the very address that was looked at: asked again, the name could lead elsewhere."""

    def connect(self) -> None:
        address = _open_address(self.host, self.port)
        plain = socket.create_connection((address, self.port), self.timeout)
        self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)


def _open_address(host: str, port: int) -> str:
    """Raises OSError where the name leads to anything but the open internet."""
    found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    for text in found:
        if not _is_open(ipaddress.ip_address(text)):
            raise OSError("a push service is not within a private network")
    return found[0]


def _is_open(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether it is on the open internet; not where it holds another address that may not be."""
    if ip.version == 6 and (ip not in UNICAST or any(ip in one for one in HOLDING)):
        return False
    return ip.is_global and not ip.is_multicast


def _bytes(text: str) -> bytes:
    """Of base64url without its padding. Raises ValueError."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
