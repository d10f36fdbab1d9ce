"""What no template may hold: it would be blocked by the strict policy, or fail open under it."""

import re

import pytest
from django.conf import settings

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))

# Shown where nothing can be fetched; the digest of its style stands in a policy of its own.
STANDS_ALONE = "offline.html"
FORBIDDEN = {
    "an inline script": r"<script(?![^>]*\ssrc=)",
    "an inline style": r"<style|\sstyle=",
    "an event handler": (
        r"\son(?:click|change|input|submit|load|error|toggle|focus|blur|key\w+|mouse\w+)\s*="
    ),
    "hx-on": r"\shx-on",
    "a js: value": r"""=["']\s*js:|javascript:""",
    "a trigger filter": r"""hx-trigger=["'][^"']*\[""",
    "boosting": r"hx-boost",
    "something from elsewhere": r"""(?:src|href|action)=["']?(?:https?:)?//""",
    "unescaped output": r"\|\s*safe\b|autoescape off",
}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_holds(template, what):
    text = re.sub(r"\{#.*?#\}", "", template.read_text())
    if template.name == STANDS_ALONE:
        text = re.sub(r"<style>.*?</style>", "", text, count=1, flags=re.DOTALL)

    assert re.findall(FORBIDDEN[what], text) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_each_form_that_posts_carries_its_token(template):
    forms = re.findall(
        r'<form[^>]*method="post".*?</form>', template.read_text(), re.DOTALL | re.IGNORECASE
    )

    assert all("csrf_token" in form for form in forms)
