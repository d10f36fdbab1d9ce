"""What identifies a document, a history, and the engine that makes plans of them."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from planner import domain
from planner.keys import digest_key


def canonical(document: Mapping[str, Any]) -> bytes:
    """The same bytes for the same content, whatever the order of its keys."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode()


def digest(document: Mapping[str, Any]) -> str:
    """Under which content is filed: 64 hexadecimal digits, which nobody can compare a guess with
    who has not the installation's key."""
    return keyed(hashlib.sha256(canonical(document)).digest(), digest_key())


def keyed(hashed: bytes, key: bytes) -> str:
    return hmac.digest(key, hashed, "sha256").hex()


@cache
def engine_fingerprint() -> str:
    """Changes with the engine and its rules: an upgrade must not show plans of the old one."""
    digest = hashlib.sha256()
    roots = [Path(domain.__path__[0]), settings.BASE_DIR / "planner" / "rules"]
    for path in sorted(path for root in roots for path in root.rglob("*.*")):
        if path.suffix in (".py", ".toml"):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def history_hash(history: Sequence[Mapping[str, Any]]) -> str:
    """Of a document's history; "" of none."""
    return digest({"history": history}) if history else ""


def household_hash(document: Mapping[str, Any]) -> str:
    """What plans of a household are filed under; the chosen strategy is no part of it.

    The same for a document and its outline.
    """
    lived = document.get("history_hash", history_hash(document.get("history", [])))
    rest = {k: v for k, v in document.items() if k not in ("strategy", "history", "history_hash")}
    return digest({"household": rest, "history": lived, "engine": engine_fingerprint()})
