"""Settings. What differs between machines comes from the environment:

SITE_URL         address under which the site is reached; https:// means deployed
SECRET_KEY       signs sessions and tokens (at least 50 characters when deployed)
DATA_KEYS        Fernet keys for names, notes and terms, newest first, separated by commas
DATABASE_URL     postgres://user:password@host:port/name; SQLite under var/ without it
VAPID_KEY        signs what is sent to push services; without it no push is offered
PUSH_TEST_HOST   a stand-in for push services and messengers, for tests; refused when deployed
MESSENGERS       which of bark, serverchan, sc3, ntfy are offered, by commas; all without it
EMAIL_URL        smtp://user:password@host:587 (STARTTLS) or smtps://…; files in var/mail without it
TRUSTED_PROXIES  addresses or networks of the proxies in front, separated by commas
PORT             port of `make run` on this machine
VAR_DIR          folder of all that running leaves behind; var/ without it

Nothing here needs to exist for the module to be imported: `manage.py plan` runs anywhere.
What serving needs is demanded by planner/checks.py.
"""

import ipaddress
import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR") or BASE_DIR / "var")

PORT = os.environ.get("PORT") or "8000"
SITE_URL = (os.environ.get("SITE_URL") or f"http://127.0.0.1:{PORT}").rstrip("/")
DEPLOYED = SITE_URL.startswith("https://")
DEBUG = False


def secret(name: str, file_name: str) -> str:
    """The variable; on a person's own machine else the file that `make run` made; else empty."""
    value = os.environ.get(name, "").strip()
    path = VAR_DIR / file_name
    if value or DEPLOYED or not path.is_file():
        return value
    return path.read_text().strip()


# Two copies of the same text: Django refuses to hand out an empty SECRET_KEY, and a check wants
# to say which way out there is.
SECRET_FILE, DATA_KEYS_FILE, VAPID_KEY_FILE = "secret", "data_keys", "vapid_key"
SECRET_KEY = secret("SECRET_KEY", SECRET_FILE)
HAS_SECRET_KEY = bool(SECRET_KEY)
DATA_KEYS = [key.strip() for key in secret("DATA_KEYS", DATA_KEYS_FILE).split(",") if key.strip()]

# --- Who may speak to us ---------------------------------------------------------------------

_site = urlsplit(SITE_URL)
if _site.scheme not in ("http", "https") or not _site.hostname:
    raise ImproperlyConfigured(f"SITE_URL must be an http(s) address, not {SITE_URL!r}.")
ALLOWED_HOSTS = [_site.hostname]
if not DEPLOYED:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]"]

try:
    TRUSTED_PROXIES = [
        ipaddress.ip_network(network.strip(), strict=False)
        for network in os.environ.get("TRUSTED_PROXIES", "").split(",")
        if network.strip()
    ]
except ValueError as error:
    raise ImproperlyConfigured(f"TRUSTED_PROXIES: {error}.") from error

# --- Applications ----------------------------------------------------------------------------

INSTALLED_APPS = [
    "planner",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "config.middleware.security_headers",
    "config.middleware.private_pages",
    "config.middleware.trusted_proxies",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.head_as_get",
    "config.middleware.bounded_bodies",
    "config.middleware.known_charsets",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.expired_session",
    "config.middleware.SignedInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "planner.pages.sign_in.sessions.in_use",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.middleware.refused_forms",
    "planner.pages.middleware.worked_out_beside",
    "planner.pages.middleware.refused_books",
    "planner.pages.middleware.read_again",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Data ------------------------------------------------------------------------------------


def database(url: str) -> dict[str, Any]:
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": VAR_DIR / "anhuan.sqlite3",
            "OPTIONS": {
                # Writers queue for up to 20 s instead of failing when a read turns into a write.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # FULL: what the page said was saved survives a power cut. secure_delete: what
                # was erased is overwritten in the file.
                "init_command": (
                    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA secure_delete=ON;"
                    "PRAGMA temp_store=MEMORY;PRAGMA cache_size=2000;"
                    "PRAGMA journal_size_limit=27103364"
                ),
            },
            # A file, as in life: an in-memory database has no WAL and locks differently.
            "TEST": {"NAME": VAR_DIR / "test.sqlite3"},
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured("DATABASE_URL must start with postgres://.")
    # What the address leaves out, libpq takes from PGHOST, PGUSER and the like.
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "postgres",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 0,  # the pool keeps the connections
        "CONN_HEALTH_CHECKS": True,  # those of a server that was restarted are not handed out
        # Seconds that a request waits for a connection: a database that is away is told soon.
        "OPTIONS": {"pool": {"timeout": 5}},
    }


DATABASES = {"default": database(os.environ.get("DATABASE_URL", ""))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Shared by all workers, or each would count wrong passwords alone. Culling early would let
# anybody push the counters out by filling the table.
CACHES = {
    "default": {
        "BACKEND": "config.counters.Counters",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
LARGE_BODIES = {
    "/settings/import/": 9 * 1024 * 1024,  # a household with all its history
    "/import/": 10 * 1024 * 1024 + 512 * 1024,  # a credit report or a bill, and pasted messages
}
# What is uploaded stays in memory: Django would write all above 2.5 MB to a file.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = max(LARGE_BODIES.values())

# --- What is worked out beside the pages (`manage.py worker`) ------------------------------------

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
WORKER_NICENESS = 10  # added to that of a worker: the pages go first
OPTIMUM_SECONDS = 10  # as long as one solve may take
# What is foreseen to take longer than a page may, in milliseconds of a processor, is worked out by
# a worker; None: nothing is. Households of two to six debts take 25 to 145: their first plans, and
# the plans of all their edits, are to be there at once. A request waits for a worker so long, and
# one of a process at a time.
PAGE_RECKONS_MS: float | None = 150
WAIT_SECONDS = 1.0

# --- Sign-in ---------------------------------------------------------------------------------

AUTH_USER_MODEL = "planner.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "planner.pages.sign_in.adapter.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {
        "NAME": "planner.pages.sign_in.adapter.SimilarityValidator",
        "OPTIONS": {"user_attributes": ["email"]},
    },
    {"NAME": "planner.pages.sign_in.adapter.CommonPasswordValidator"},
    {"NAME": "planner.pages.sign_in.adapter.PredictablePasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 3600

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "planner:home"

DAY = 24 * 60 * 60
SESSION_ENGINE = "planner.sessions"
SESSION_COOKIE_AGE = 14 * DAY  # from when it was used last
SESSION_IDLE = 2 * 60 * 60  # the same, for who does not stay signed in
SESSION_SEEN_EVERY = 10 * 60  # how exactly it is known when it was used last

EMAIL_URL = os.environ.get("EMAIL_URL", "")
MAIL_IS_SENT = bool(EMAIL_URL)
if MAIL_IS_SENT:
    _mail = urlsplit(EMAIL_URL)
    if _mail.scheme not in ("smtp", "smtps") or not _mail.hostname:
        raise ImproperlyConfigured("EMAIL_URL must start with smtp:// or smtps:// and name a host.")
    EMAIL_BACKEND = "planner.reach.mailer.TimelyBackend"
    EMAIL_HOST = _mail.hostname
    EMAIL_USE_SSL = _mail.scheme == "smtps"
    EMAIL_PORT = _mail.port or (465 if EMAIL_USE_SSL else 587)
    # Only a server on this machine may be spoken to in the clear.
    EMAIL_USE_TLS = not EMAIL_USE_SSL and EMAIL_HOST not in ("localhost", "127.0.0.1", "::1")
    EMAIL_HOST_USER = unquote(_mail.username or "")
    EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
    EMAIL_TIMEOUT = 10
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"
DEFAULT_FROM_EMAIL = f"安还 <no-reply@{_site.hostname}>"

VAPID_KEY = secret("VAPID_KEY", VAPID_KEY_FILE)  # 32 bytes of a P-256 key, base64url
PUSH_TEST_HOST = os.environ.get("PUSH_TEST_HOST", "")
if PUSH_TEST_HOST and DEPLOYED:
    raise ImproperlyConfigured("PUSH_TEST_HOST is for tests: remove it where the site is deployed.")
_all = ("bark", "serverchan", "sc3", "ntfy")
MESSENGERS = [one.strip() for one in os.environ.get("MESSENGERS", ",".join(_all)).split(",")]
MESSENGERS = [one for one in MESSENGERS if one]
if not set(MESSENGERS) <= set(_all):
    raise ImproperlyConfigured(f"MESSENGERS may name {', '.join(_all)} and no other.")
PUSH_COOKIE = "push"  # which of a person's channels is this device
PUSH_COOKIE_AGE = 365 * DAY

ACCOUNT_ADAPTER = "planner.pages.sign_in.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "planner.pages.sign_in.forms.LoginForm",
    "signup": "planner.pages.sign_in.forms.SignupForm",
    "add_email": "planner.pages.sign_in.forms.AddEmailForm",
    "change_password": "planner.pages.sign_in.forms.ChangePasswordForm",
    "set_password": "planner.pages.sign_in.forms.SetPasswordForm",
    "reset_password": "planner.pages.sign_in.forms.ResetPasswordForm",
    "reset_password_from_key": "planner.pages.sign_in.forms.ResetPasswordKeyForm",
    "reauthenticate": "planner.pages.sign_in.forms.ReauthenticateForm",
    "request_login_code": "planner.pages.sign_in.forms.RequestLoginCodeForm",
    "confirm_login_code": "planner.pages.sign_in.forms.ConfirmLoginCodeForm",
    "confirm_email_verification_code": (
        "planner.pages.sign_in.forms.ConfirmEmailVerificationCodeForm"
    ),
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_MAX_EMAIL_ADDRESSES = 2  # a change is an added address that replaces the old one
ACCOUNT_CHANGE_EMAIL = True
# A code by mail proves the address, and hides whether it has an account, only where mail is sent.
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if MAIL_IS_SENT else "none"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = MAIL_IS_SENT
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_LOGIN_BY_CODE_ENABLED = True  # the way in for who forgot, or is locked out by a guesser
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_AUTHENTICATED_LOGIN_REDIRECTS = False  # guests are signed in, and may sign up
ACCOUNT_RATE_LIMITS = {
    "login": None,  # wrong passwords are counted in planner.services.attempts
    "login_failed": None,
    # Many live behind one address; what one of them can do to an account is limited by its key.
    "signup": "60/h/ip",
    "reset_password": "60/h/ip,5/h/key",
    "request_login_code": "60/h/ip,5/h/key",
    "reauthenticate": "10/m/user,20/d/user",
    "guest": "60/h/ip",
}

# --- A second factor, for whoever wants one ---------------------------------------------------

MFA_ADAPTER = "planner.pages.sign_in.factors.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # steps of 30 s before and after; no code is taken twice
# Where no mail is sent nobody can confirm their address, and everybody lives on this machine.
MFA_ALLOW_UNVERIFIED_EMAIL = not MAIL_IS_SENT
MFA_FORMS = {
    "authenticate": "planner.pages.sign_in.factor_forms.AuthenticateForm",
    "authenticate_webauthn": "planner.pages.sign_in.factor_forms.AuthenticateWebAuthnForm",
    "reauthenticate": "planner.pages.sign_in.factor_forms.ReauthenticateForm",
    "reauthenticate_webauthn": "planner.pages.sign_in.factor_forms.ReauthenticateWebAuthnForm",
    "activate_totp": "planner.pages.sign_in.factor_forms.ActivateTOTPForm",
    "add_webauthn": "planner.pages.sign_in.factor_forms.AddWebAuthnForm",
}

# --- Languages and time ----------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "planner" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- Static files ----------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- The browser's edge (the rest of the headers: config/middleware.py) ------------------------

SECURE_SSL_REDIRECT = DEPLOYED
SECURE_REDIRECT_EXEMPT = [r"^health/"]  # asked from within, where nobody speaks HTTPS
# Safe because config.middleware.trusted_proxies drops this header from anybody but our proxies.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * DAY if DEPLOYED else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = DEPLOYED
SECURE_HSTS_PRELOAD = DEPLOYED
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

_COOKIE_PREFIX = "__Host-" if DEPLOYED else ""
SESSION_COOKIE_NAME = f"{_COOKIE_PREFIX}session"
CSRF_COOKIE_NAME = f"{_COOKIE_PREFIX}csrf"
LANGUAGE_COOKIE_NAME = f"{_COOKIE_PREFIX}language"
DEVICE_COOKIE_NAME = f"{_COOKIE_PREFIX}device"
DEVICE_COOKIE_AGE = 365 * DAY
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = DEPLOYED
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_AGE = 365 * DAY

# --- Logs: what happened and ids, never amounts, names or notes --------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.logs.Lines"}},
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "formatter": "line",
        }
    },
    "root": {"handlers": ["stdout"], "level": "INFO"},
    # Somebody asks by address or under a foreign name: a matter of theirs, all day long.
    "loggers": {
        "django.security.DisallowedHost": {"filters": ["no_error"]},
        "apprise": {"level": "CRITICAL"},  # it writes keys and topics
    },
    "filters": {"no_error": {"()": "config.logs.NoError"}},
}
