"""One push message: sealed so that the device alone can read it, and handed to a push service.

The address comes from a browser, so from whoever controls one. It is called only if it is of a
push service that we know, and of the answer nothing is read but its status.
"""

import json
import re
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from planner.reach.outcomes import Gone, NotNow, Undeliverable
from planner.reach.outside import NOT_NOW, Service, post

# Of Chrome and Edge on Android; of Firefox; of Safari; of Edge on Windows.
HOSTS = ("fcm.googleapis.com", "updates.push.services.mozilla.com", "web.push.apple.com")
ENDINGS = (".push.apple.com", ".notify.windows.com")
NAME = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]+")
LONGEST = 1_000  # characters of an address
KEPT = 24 * 60 * 60  # seconds that the service keeps it for a device that is off
LONGEST_TEXT = 500  # characters, of up to 4 bytes: what is sealed may have 3,993


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
    is_known = bool(NAME.fullmatch(host)) and (host in HOSTS or host.endswith(ENDINGS))
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
    device. Raises Undeliverable, Gone, NotNow, OSError."""
    service = service_of(target["endpoint"])
    if service is None or not settings.VAPID_KEY:
        raise Undeliverable
    said = {
        "title": content["subject"],
        "body": content["text"][:LONGEST_TEXT],
        "path": content["path"],
        "tag": message_id,
        # What was gathered by an older version has none.
        "stop": content.get("stop", "").removeprefix(settings.SITE_URL),
        "stopWords": content.get("stop_words", ""),
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
    status = post(service, _sealed(target, text), headers).status
    if status in (404, 410):
        raise Gone
    if status in NOT_NOW:
        raise NotNow
    if status >= 500:
        raise OSError(f"{service.host} answered {status}")
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


def _bytes(text: str) -> bytes:
    """Of base64url without its padding. Raises ValueError."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
