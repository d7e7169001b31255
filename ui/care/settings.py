"""Django's settings of the care side. What differs between installations comes from the environment.

| variable | meaning | default |
|---|---|---|
| BALANCE_CARE_DATA | data folder | ~/.local/share/balance-care |
| BALANCE_CARE_HOSTS | names the site answers to, with commas | localhost,127.0.0.1,[::1] |
| BALANCE_CARE_HTTPS | 1 where a proxy serves the site over TLS: cookies then never travel without | 0 |
| BALANCE_CARE_MQTT | broker, host:port; beyond this machine with TLS only | 127.0.0.1:1883 |
| BALANCE_CARE_MQTT_CA, _CERT, _KEY | files of the recorder's TLS (balance-care certify) | none |
"""

import os
from pathlib import Path

from ui.care.database import database
from ui.care.folder import data_folder

_folder = data_folder()
_https = os.environ.get("BALANCE_CARE_HTTPS") == "1"

SECRET_KEY = _folder.secret()
ALLOWED_HOSTS = os.environ.get("BALANCE_CARE_HOSTS", "localhost,127.0.0.1,[::1]").split(",")

INSTALLED_APPS = [
    "ui.care.apps.CareConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "ui.care.middleware.StaticFilesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "ui.care.middleware.strict_headers",
]
ROOT_URLCONF = "ui.care.urls"
ASGI_APPLICATION = "ui.care.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
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
DATABASES = {"default": database(_folder, os.environ.get("DATABASE_URL", ""))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "patients"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

SESSION_COOKIE_AGE = 8 * 3600  # one working day
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # a handful of small files: nothing to collect before the site can start
WHITENOISE_ALLOW_ALL_ORIGINS = False

LANGUAGE_CODE = "en"
LOCALE_PATHS = [Path(__file__).parent / "out/locale"]  # words of reports, which are for patients
TIME_ZONE = os.environ.get("TZ") or "UTC"
USE_TZ = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"seldom": {"()": "ui.care.seldom.Seldom"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "ui.care": {"handlers": ["stderr"], "level": "INFO"},
        "ui.care.intake.seldom": {"filters": ["seldom"]},
        "django": {"handlers": ["stderr"], "level": "WARNING"},
    },
}
