"""A mail server that keeps what it is given, for this process alone."""

import socketserver
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage


class Mailbox:
    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        box = self

        class Session(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(b"220 here\r\n")
                while line := self.rfile.readline():
                    command = line.split(b" ")[0].strip().upper()
                    if command == b"DATA":
                        self.wfile.write(b"354 go on\r\n")
                        lines = []
                        while (text := self.rfile.readline()) != b".\r\n":
                            lines.append(text[1:] if text.startswith(b"..") else text)
                        message = message_from_bytes(b"".join(lines), policy=policy.default)
                        box.messages.append(message)
                        self.wfile.write(b"250 kept\r\n")
                    elif command == b"QUIT":
                        self.wfile.write(b"221 bye\r\n")
                        return
                    else:
                        self.wfile.write(b"250 ok\r\n")

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server.server_address[1]}"

    def bodies(self) -> list[str]:
        return [message.get_content() for message in self.messages if not message.is_multipart()]

    def last(self) -> str:
        return self.messages[-1].get_content().replace("\r\n", "\n")
