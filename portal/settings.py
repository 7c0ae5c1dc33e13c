"""Django's settings. What differs between installations comes from the environment (README, table of settings)."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE

from portal import environment
from portal.environment import Environment
from portal.logs import logging_config
from portal.unfold import UNFOLD as UNFOLD

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = Environment(Path(os.environ.get("PORTAL_ENV_FILE") or BASE_DIR / ".env"))

# What an installation sets ------------------------------------------------------------------------------------------

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY", None, "a random text of 50 characters", environment.check_secret_key)
CREDENTIAL_KEYS = env.items(
    "CREDENTIAL_KEYS",
    None,
    "fXo3...= (`python -m portal.envfile` makes one)",
    environment.check_credential_key,
    least=1,
)
PORTAL_URL = env.text("PORTAL_URL", "http://127.0.0.1:8000", "https://portal.example.com", environment.check_address)
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS", "localhost,127.0.0.1", "portal.example.com,10.0.0.5", environment.check_host)
PORTAL_ALLOWED_PRIVATE_HOSTS = env.items(
    "PORTAL_ALLOWED_PRIVATE_HOSTS", "", "127.0.0.1:8100,erp.internal", environment.check_host
)
DATABASES: dict[str, dict[str, Any]] = {"default": env.database("sqlite:///var/portal.sqlite3", BASE_DIR)}
EMAIL = env.email("filemail:///var/mail", BASE_DIR)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text(
    "DEFAULT_FROM_EMAIL", "portal@localhost", "portal@example.com", environment.check_mail_address
)
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOG_FORMAT = env.choice("LOG_FORMAT", "console", ("console", "json"))
WEB_BIND = env.items("WEB_BIND", "127.0.0.1:8000", "0.0.0.0:8000", environment.check_host, least=1)
WEB_CONCURRENCY = env.number("WEB_CONCURRENCY", 2, 1, 64)
PORTAL_WORKERS = env.number("PORTAL_WORKERS", 2, 1, 64)
PORTAL_TASK_TIMEOUT = env.number("PORTAL_TASK_TIMEOUT", 600, 30, 3600)
PORTAL_SETTLE_SECONDS = env.number("PORTAL_SETTLE_SECONDS", 5, 0, 300)
PORTAL_HTTP_READ_SECONDS = env.number("PORTAL_HTTP_READ_SECONDS", 30, 1, 40)
PORTAL_HTTP_WAIT_SECONDS = env.number("PORTAL_HTTP_WAIT_SECONDS", 30, 0, 120)
PORTAL_UPLOAD_MB = env.number("PORTAL_UPLOAD_MB", 100, 1, 2000)
PORTAL_UPLOAD_DAYS = env.number("PORTAL_UPLOAD_DAYS", 30, 1, 3650)
env.stop_if_wrong()

# Django -------------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.inlines",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "django.contrib.admin.apps.SimpleAdminConfig",  # the pages are loaded with the addresses, not by every command
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "simple_history",
    "integrations",  # before the next, whose command `import` would stand in for ours
    "import_export",
    "django_q",
    "axes",
    "csp",
]
MIDDLEWARE = [
    "portal.middleware.RequestId",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
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
            ]
        },
    }
]
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# Database -----------------------------------------------------------------------------------------------------------

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    Path(DATABASES["default"]["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        timeout=20,
        transaction_mode="IMMEDIATE",
        init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    )
else:
    # psycopg2 cannot be interrupted inside a statement: the server ends it before the task's time is over.
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"].setdefault("CONN_HEALTH_CHECKS", True)
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault(
        "options", f"-c statement_timeout={PORTAL_TASK_TIMEOUT * 900}"
    )

# Workers ------------------------------------------------------------------------------------------------------------

Q_CLUSTER: dict[str, Any] = {
    "name": "portal",
    "orm": "default",
    "broker_class": "integrations.services.broker.Broker",  # the database, with an address for each cluster's canary
    "workers": PORTAL_WORKERS,
    "bulk": 1,
    "queue_limit": 1,  # a row waiting in memory already burns its retry clock
    "timeout": PORTAL_TASK_TIMEOUT,
    "retry": (PORTAL_TASK_TIMEOUT + 4) * 3 + 88,  # one worker, one task running, two waiting in memory, and a margin
    "max_attempts": 1,
    "ack_failures": True,  # or a failed task would run for ever
    "catch_up": False,
    "time_zone": "UTC",
    "save_limit": 100,
    "max_rss": 400_000,  # kilobytes
    "ALT_CLUSTERS": {},
}
WATCHDOG: dict[str, float] = {"drain": PORTAL_TASK_TIMEOUT + 40}  # seconds; integrations/management/watchdog.py Rhythm

# Signing in, cookies, headers ---------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
LOGOUT_REDIRECT_URL = "admin:login"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "429.html"
AXES_HTTP_RESPONSE_CODE = 429
AXES_VERBOSE = False

_address = urlsplit(PORTAL_URL)
if _address.hostname and _address.hostname not in ALLOWED_HOSTS:
    ALLOWED_HOSTS.append(_address.hostname)
CSRF_TRUSTED_ORIGINS = [PORTAL_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _address.scheme == "https"
SESSION_COOKIE_NAME = "portal_session"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, UNSAFE_EVAL],  # the theme's Alpine evaluates its attributes
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# Static files, e-mail, exports, logs --------------------------------------------------------------------------------

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # served from the packages themselves: nothing to collect, nothing to forget
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 600

EMAIL_BACKEND = EMAIL["EMAIL_BACKEND"]
EMAIL_HOST = EMAIL["EMAIL_HOST"] or "localhost"
EMAIL_PORT = EMAIL["EMAIL_PORT"] or 0
EMAIL_HOST_USER = EMAIL["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = EMAIL["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = EMAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = EMAIL.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = EMAIL["EMAIL_FILE_PATH"]
EMAIL_TIMEOUT = 20

IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
SIMPLE_HISTORY_REVERT_DISABLED = True

LOGGING_CONFIG = "portal.logs.setup"
LOGGING = logging_config(
    level=LOG_LEVEL,
    form=LOG_FORMAT,
    known=[SECRET_KEY, *CREDENTIAL_KEYS, str(DATABASES["default"].get("PASSWORD", "")), EMAIL_HOST_PASSWORD],
)
