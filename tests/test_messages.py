"""Every text stands in the Chinese catalogue, translated, and the compiled one is up to date."""

import gettext
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

CATALOGUE = Path("planner/locale/zh_Hans/LC_MESSAGES/django.po")

pytestmark = pytest.mark.skipif(
    shutil.which("msgfmt") is None, reason="gettext is missing: apt-get install gettext"
)


def compiled(path, folder):
    """What the catalogue says, message by message, without its head."""
    target = folder / "compiled.mo"
    subprocess.run(["msgfmt", "--check", path, "-o", target], check=True)
    return read(target)


def read(path):
    with path.open("rb") as file:
        texts = gettext.GNUTranslations(file)._catalog
    return {message: text for message, text in texts.items() if message}


def messages(path, *filters):
    result = subprocess.run(
        ["msgattrib", "--no-wrap", *filters, path], capture_output=True, text=True, check=True
    )
    return set(re.findall(r'^msgid "(.+)"$', result.stdout, re.MULTILINE))


def test_no_message_is_untranslated_or_fuzzy():
    assert messages(settings.BASE_DIR / CATALOGUE)  # the control: there are some
    assert messages(settings.BASE_DIR / CATALOGUE, "--untranslated") == set()
    assert messages(settings.BASE_DIR / CATALOGUE, "--only-fuzzy") == set()


def test_the_compiled_catalogue_is_the_one_that_was_edited(tmp_path):
    edited = settings.BASE_DIR / CATALOGUE

    assert read(edited.with_suffix(".mo")) == compiled(edited, tmp_path)


def test_the_catalogue_holds_the_texts_of_the_pages_and_no_others(tmp_path):
    for name in ("manage.py", "config", "planner", "templates"):
        source = settings.BASE_DIR / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, tmp_path / name)
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "--locale", "zh_Hans", "--no-obsolete"],
        cwd=tmp_path,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        check=True,
        capture_output=True,
    )

    found, kept = messages(tmp_path / CATALOGUE), messages(settings.BASE_DIR / CATALOGUE)
    assert found - kept == set(), "run `make messages` and translate"
    assert kept - found == set(), "run `make messages`"
