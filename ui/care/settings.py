"""Django's settings of the care side. What differs between installations comes from the environment.

| variable | meaning | default |
|---|---|---|
| BALANCE_CARE_DATA | data folder | /var/lib/balance-care of the package, else ~/.local/share/balance-care |
| BALANCE_CARE_HOSTS | names the site answers to, with commas | localhost,127.0.0.1,[::1] |
| BALANCE_CARE_HTTPS | 1 where a proxy serves the site over TLS: cookies then never travel without, HSTS | 0 |
| BALANCE_CARE_PROXY | addresses of that proxy, with commas: its word on the caller is taken | 127.0.0.1,::1 |
| BALANCE_CARE_TOTP | 1: everybody needs a second factor | 1 where served beyond this machine, else 0 |
| BALANCE_CARE_IDLE_MINUTES | a session without a click ends after | 30 |
| BALANCE_CARE_SESSION_HOURS | a session ends after, whatever is clicked | 8 |
| BALANCE_CARE_OIDC… | the clinic's own identity provider: `ui.care.people.single_sign_on` | none |
| DATABASE_URL | postgresql://USER:PASSWORD@HOST/DATABASE | SQLite in the data folder |
| BALANCE_CARE_MQTT | broker, host:port; beyond this machine with TLS only | 127.0.0.1:1883 |
| BALANCE_CARE_MQTT_CA, _CERT, _KEY | files of the recorder's TLS (balance-care certify) | none |
| BALANCE_CARE_RENEW_DAYS | days before its end in which a station's certificate is renewed | 30 |
| BALANCE_CARE_ROUTINES | folder of the clinic's own routines, the same files as on its stations | none |
| BALANCE_CARE_RENEW | automatic, or confirm: a person confirms each renewal | automatic |
"""

import os
from datetime import timedelta
from pathlib import Path

from ui.care.installation.choices import flag, hosts, is_served_beyond, number
from ui.care.installation.database import database
from ui.care.installation.folder import data_folder
from ui.care.people import single_sign_on

_folder = data_folder()
_https = flag("BALANCE_CARE_HTTPS", default=False)

SECRET_KEY = _folder.secret()
ALLOWED_HOSTS = hosts()

INSTALLED_APPS = [
    "ui.care.apps.CareConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "axes",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "ui.care.serving.middleware.strict_headers",  # outside of all that may answer by itself
    "ui.care.serving.middleware.StaticFilesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "ui.care.language.Language",  # before all that may refuse in words
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "ui.care.people.gate.Gate",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "ui.care.serving.middleware.words_for_methods",
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

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: who is locked out is asked no further
    "django.contrib.auth.backends.ModelBackend",
]
if single_sign_on.is_on():
    INSTALLED_APPS.append(single_sign_on.APP)
    AUTHENTICATION_BACKENDS.append(single_sign_on.BACKEND)
    globals().update(single_sign_on.settings())

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # of older accounts, until they log in next
]
CSRF_FAILURE_VIEW = "ui.care.views.refusals.no_token"

# Counted for name and address together: nobody can lock out somebody else who works elsewhere.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "ui.care.people.logins.name_to_count"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # the audit says who logged in
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "care/locked.html"

SECOND_FACTOR_REQUIRED = flag("BALANCE_CARE_TOTP", default=is_served_beyond(ALLOWED_HOSTS, https=_https))
OTP_TOTP_ISSUER = "Balance care"

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "patients"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

SESSION_IDLE = timedelta(minutes=number("BALANCE_CARE_IDLE_MINUTES", default=30, least=1, most=24 * 60))
SESSION_LONGEST = timedelta(hours=number("BALANCE_CARE_SESSION_HOURS", default=8, least=1, most=72))
SESSION_COOKIE_AGE = int(SESSION_LONGEST.total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
CSRF_COOKIE_HTTPONLY = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
# A health check of the proxy itself comes without TLS, and is told where to go.
SECURE_SSL_REDIRECT = _https
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _https else 0
# Subdomains and preload lists: what other hosts under the clinic's name do is not for this site to say.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # a handful of small files: nothing to collect before the site can start
WHITENOISE_ALLOW_ALL_ORIGINS = False

CARE_ROUTINES = os.environ.get("BALANCE_CARE_ROUTINES", "")

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("tr", "Türkçe"), ("de", "Deutsch"), ("es", "Español")]
FORMAT_MODULE_PATH = "ui.care.formats"
LOCALE_PATHS = [Path(__file__).parent / "locale"]
TIME_ZONE = os.environ.get("TZ") or "UTC"
USE_TZ = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {
        "seldom": {"()": "ui.care.installation.seldom.Seldom"},
        "refusals": {"()": "ui.care.installation.log_lines.Refusals"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "ui.care": {"handlers": ["stderr"], "level": "INFO"},
        "ui.care.recording.intake.seldom": {"filters": ["seldom"]},
        "axes": {"handlers": ["stderr"], "level": "ERROR"},  # the audit holds what it warns of
        "django": {"handlers": ["stderr"], "level": "WARNING"},
        "django.request": {"filters": ["refusals"]},
    },
}
