"""A stand-in for a push service and the device behind it: it takes what comes, and unseals it."""

import json
import os
from base64 import urlsafe_b64encode
from contextlib import contextmanager

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from planner.management.commands.make_keys import new_vapid_key
from tests.reach.peers import Peer


class PushService(Peer):
    """`posts` are what came, unsealed, and `headers_seen` what came with them."""

    def __init__(self):
        self.headers_seen = []
        self.key, self.secret = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
        super().__init__()
        self.answer, self.body = 201, b""

    def keep(self, post):
        self.headers_seen.append(post.headers)
        self.posts.append(self.unseal(post.body))

    def unseal(self, sealed):
        said = http_ece.decrypt(
            sealed, private_key=self.key, auth_secret=self.secret, version="aes128gcm"
        )
        return json.loads(said)

    def subscription(self, name="one"):
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {
            "endpoint": f"http://{self.host}/send/{name}",
            "expirationTime": None,
            "keys": {"p256dh": _text(point), "auth": _text(self.secret)},
        }


def _text(content):
    return urlsafe_b64encode(content).rstrip(b"=").decode()


@contextmanager
def standing_in(settings):
    """A push service that this site takes for a known one, with a key of the site's own."""
    one = PushService()
    settings.PUSH_TEST_HOST = one.host
    settings.VAPID_KEY = new_vapid_key()
    yield one
    one.stop()
