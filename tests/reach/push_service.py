"""A stand-in for a push service and the device behind it: it takes what comes, and unseals it."""

import json
import os
import threading
from base64 import urlsafe_b64encode
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from planner.management.commands.make_keys import new_vapid_key


class PushService:
    """`answer` is the status it gives, with `headers` and `body`; `posts` what came, unsealed."""

    def __init__(self):
        self.posts, self.headers_seen = [], []
        self.answer, self.headers, self.body = 201, {}, b""
        self.key, self.secret = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                sealed = self.rfile.read(int(self.headers["Content-Length"]))
                service.headers_seen.append(dict(self.headers))
                service.posts.append(service.unseal(sealed))
                self.send_response(service.answer)
                for name, value in service.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                with suppress(OSError):  # nobody wants to read it
                    self.wfile.write(service.body)

            def log_message(self, *_arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

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

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


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
