"""The app's own settings, and one page more to compare with."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.web_urls"
