"""The app's own settings, one page more to compare with, and how long each answer took."""

from config.settings import *  # noqa: F403
from config.settings import MIDDLEWARE as APPS_MIDDLEWARE

ROOT_URLCONF = "benchmarks.web_urls"
MIDDLEWARE = ["benchmarks.web_urls.timed", *APPS_MIDDLEWARE]
