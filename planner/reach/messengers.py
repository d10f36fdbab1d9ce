"""Bark, Server酱, Server酱³ and ntfy: apprise composes what each wants, and it is posted by us.

A person gives a key or a topic, never an address: the hosts stand here, and of a key there are
digits in them at most. Of apprise three plugins
are loaded, and what they would post is taken from them: their own sending follows redirects, reads
answers whole, asks for the name itself, and writes topics into the log.
"""

import json
import re
import socket
from collections.abc import Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any, NamedTuple, NoReturn
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from planner.models import Channel
from planner.reach.outcomes import NotNow, Undeliverable
from planner.reach.outside import NOT_NOW, post, service_at


class Messenger(NamedTuple):
    """`key` is what a person may give: the key of their device or account, or a topic. A `number`
    in it is the name of their own host under `host`."""

    name: str
    host: str
    key: re.Pattern[str]


MESSENGERS = {
    # Bark's own are 22 letters; older ones differ.
    Channel.BARK: Messenger("Bark", "api.day.app", re.compile(r"[A-Za-z0-9_-]{8,64}")),
    Channel.SERVERCHAN: Messenger(
        "Server酱", "sctapi.ftqq.com", re.compile(r"SCT[A-Za-z0-9]{8,120}")
    ),
    Channel.SERVERCHAN3: Messenger(
        "Server酱³", "push.ft07.com", re.compile(r"sctp(?P<number>[0-9]{1,20})t[A-Za-z0-9]{8,120}")
    ),
    # Who knows a topic reads it: so none that could be guessed.
    Channel.NTFY: Messenger("ntfy", "ntfy.sh", re.compile(r"[A-Za-z0-9_-]{16,64}")),
}
LONGEST_TITLE = 32  # characters; Server酱 takes no more
LONGEST_TEXT = 500
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}  # not every reader of Markdown knows "\\<"
WELL = (None, 0, 200)  # what they put into `code` of an answer, where they have it


class _Composed(Exception):  # it is how an address and a body come out of a plugin
    def __init__(self, address: str, body: bytes, headers: Mapping[str, str | bytes]) -> None:
        super().__init__()
        self.address, self.body, self.headers = address, body, headers


def send(kind: str, key: str, content: Mapping[str, str], message_id: str) -> None:
    """Sent twice under one id, Bark shows the second in place of the first; the others cannot.

    Raises Undeliverable, NotNow, OSError.
    """
    if kind not in settings.MESSENGERS:
        raise Undeliverable
    host = _host(kind, key)
    composed = _compose(kind, key, host, content, message_id)
    to = urlsplit(composed.address)
    if (to.scheme, to.netloc) != ("https", host):
        raise Undeliverable
    service = service_at(host, to.path or "/")
    try:
        status, body = post(service, composed.body, composed.headers, reads=True)
    except socket.gaierror as unknown:
        if host == MESSENGERS[kind].host:
            raise
        raise NotNow from unknown  # a number that somebody made up keeps nobody else waiting
    if status in NOT_NOW:
        raise NotNow
    if status >= 500:
        raise OSError(f"{host} answered {status}")
    if not 200 <= status < 300 or _code(body) not in WELL:
        raise Undeliverable


def _host(kind: str, key: str) -> str:
    """Where it is handed in. Raises Undeliverable of what is no key."""
    messenger = MESSENGERS[kind]
    found = messenger.key.fullmatch(key)
    if found is None:
        raise Undeliverable
    number = found.groupdict().get("number")
    return f"{number}.{messenger.host}" if number else messenger.host


def _code(body: bytes) -> object:
    """What the service says of itself, where its status says less; None where it does not."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return answer.get("code") if isinstance(answer, dict) else None


def _compose(
    kind: str, key: str, host: str, content: Mapping[str, str], message_id: str
) -> _Composed:
    """Raises Undeliverable where the plugin takes the key for none."""
    plugins = _plugins()
    title, text = _cut(content["subject"], LONGEST_TITLE), _cut(content["text"], LONGEST_TEXT)
    page, stop = settings.SITE_URL + content["path"], content["stop"]
    try:
        if kind == Channel.BARK:
            plugin = plugins.bark.NotifyBark(
                targets=[key], host=host, secure=True, include_image=False,
                click=page, notification_id=message_id, group="anhuan",
            )  # fmt: skip
        elif kind in (Channel.SERVERCHAN, Channel.SERVERCHAN3):
            plugin = plugins.serverchan.NotifyServerChan(token=key)
            if kind == Channel.SERVERCHAN3:  # takes the same at another address
                plugin.notify_url = f"https://{host}/send/{{token}}.send"
            links = [f"[{content['open_words']}]({page})", f"[{content['stop_words']}]({stop})"]
            text = "\n\n".join([*map(_as_text, text.splitlines()), *links])
        else:
            plugin = plugins.ntfy.NotifyNtfy(
                targets=[key], mode="cloud", include_image=False, click=page,
                actions=f"view, {content['stop_words']}, {stop}",
            )  # fmt: skip
        plugin.send(text, title)
    except _Composed as composed:
        return composed
    except TypeError as refused:  # what apprise raises of a key
        raise Undeliverable from refused
    raise Undeliverable


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _as_text(line: str) -> str:
    """In Markdown, which Server酱 shows: no mark, no link and no picture of somebody's making."""
    return re.sub(r"[!-/:-@\[-`{-~]", lambda found: ENTITIES.get(found[0], "\\" + found[0]), line)


@cache
def _plugins() -> SimpleNamespace:
    """Apprise takes 0.4 s to load, and no page needs it."""
    from apprise.plugins import bark, ntfy, serverchan

    for module in (bark, ntfy, serverchan):
        stand_in = SimpleNamespace(post=_caught, RequestException=module.requests.RequestException)
        setattr(module, "requests", stand_in)  # noqa: B010  # typed as the library
    return SimpleNamespace(bark=bark, ntfy=ntfy, serverchan=serverchan)


def _caught(
    address: str,
    *,
    data: str | dict[str, str],
    headers: Mapping[str, str] | None = None,
    **_how: Any,
) -> NoReturn:
    """In place of `requests.post`: what was to be sent, and where to."""
    sent: dict[str, str | bytes] = {name: value.encode() for name, value in (headers or {}).items()}
    if isinstance(data, str):
        raise _Composed(address, data.encode(), sent)
    sent["Content-Type"] = "application/x-www-form-urlencoded"
    raise _Composed(address, urlencode(data).encode(), sent)
