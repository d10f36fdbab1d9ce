"""A mail server that keeps what it is given, for this process alone."""

import socketserver
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage


class Mailbox:
    """It takes several commands at once (RFC 2920), and reads no mail before somebody asks.

    `answers` are what it says to a command, and under "." to a message, where it is not content.
    """

    def __init__(self) -> None:
        self.kept: list[bytes] = []
        self.answers: dict[str, str] = {}
        box = self

        class Session(socketserver.StreamRequestHandler):
            disable_nagle_algorithm = True  # else the second of several answers waits 40 ms

            def handle(self) -> None:
                self.answer("220 here")
                while line := self.rfile.readline():
                    command = line.decode().split()[0].upper()
                    if command == "EHLO":
                        self.answer("250-here\r\n250 PIPELINING")
                    elif command == "QUIT":
                        self.answer("221 bye")
                        return
                    elif command == "DATA":
                        said = box.answers.get("DATA", "354 go on")
                        self.answer(said)
                        if said.startswith("354") and not self.take():
                            return
                    else:
                        self.answer(box.answers.get(command, "250 ok"))

            def take(self) -> bool:
                """Whether it came to its end."""
                lines = []
                while (text := self.rfile.readline()) != b".\r\n":
                    if not text:
                        return False
                    lines.append(text[1:] if text.startswith(b"..") else text)
                said = box.answers.get(".", "250 kept")
                if said.startswith("250"):
                    box.kept.append(b"".join(lines))
                self.answer(said)
                return True

            def answer(self, said: str) -> None:
                self.wfile.write(f"{said}\r\n".encode())

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def messages(self) -> list[EmailMessage]:
        return [message_from_bytes(one, policy=policy.default) for one in self.kept]

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server.server_address[1]}"

    def bodies(self) -> list[str]:
        return [message.get_content() for message in self.messages if not message.is_multipart()]

    def last(self) -> str:
        return self.messages[-1].get_content().replace("\r\n", "\n")
