"""A stand-in for services that take a message by HTTP: it keeps what it is given."""

import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple


class Post(NamedTuple):
    path: str
    headers: dict
    body: bytes


class Peer:
    """It gives the status `answer` with `headers` and `body`; or drips; or, to paths that begin
    with a host of `down`, gives 502."""

    def __init__(self):
        self.posts = []
        self.answer, self.headers, self.body = 200, {}, b"{}"
        self.drips, self.down = False, set()
        peer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                peer.keep(Post(self.path, dict(self.headers), body))
                with suppress(OSError):  # nobody wants to read it
                    if peer.drips:
                        self.drip()
                        return
                    is_down = self.path.split("/")[1] in peer.down
                    self.send_response(502 if is_down else peer.answer)
                    for name, value in peer.headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(peer.body)

            def drip(self):
                for byte in b"HTTP/1.1 " + b"x" * 40:
                    self.wfile.write(bytes([byte]))
                    time.sleep(0.1)

            def log_message(self, *_arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def keep(self, post):
        self.posts.append(post)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
