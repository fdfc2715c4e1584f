"""Every setting of the site. Only this file reads the environment (see README for the table)."""

from pathlib import Path
from urllib.parse import urlsplit

from fluxsite import logs
from fluxsite.environment import (
    Environment,
    data_folder,
    known_hosts,
    lasting_secret,
    origin_of,
    single_sign_on,
    storage_options,
)

BASE_DIR = Path(__file__).resolve().parent.parent

env = Environment()
env.read_env(BASE_DIR / ".env")

# ── Where things are ─────────────────────────────────────────────────────────────────────────────
DATA_DIR = data_folder(Path(env.text("DATA_DIR", "./var")).absolute())
HOST = env.text("HOST", "127.0.0.1")
PORT = env.number("PORT", 8000, low=1, high=65535)
SITE_URL = env.address("SITE_URL", f"http://127.0.0.1:{PORT}")
WORKERS = env.number("WORKERS", 4, low=2, high=64)

# ── The Flux API ─────────────────────────────────────────────────────────────────────────────────
FLUX_API_TOKEN = env.text("FLUX_API_TOKEN")  # empty: the embedded emulator answers
FLUX_API_URL = env.address("FLUX_API_URL", "https://api.acedata.cloud")
FLUX_CALLBACK_URL = env.address("FLUX_CALLBACK_URL")
FLUX_RESULT_HOSTS = env.hosts("FLUX_RESULT_HOSTS")
WEBHOOK_HOSTS = env.hosts("WEBHOOK_HOSTS")
FLUX_MAX_IN_FLIGHT = env.number("FLUX_MAX_IN_FLIGHT", 10, low=1, high=10_000)
FLUX_MAX_PER_SECOND = env.number("FLUX_MAX_PER_SECOND", 5, low=1, high=1_000)
FLUX_MAX_QUEUED = env.number("FLUX_MAX_QUEUED", 20, low=1, high=10_000)  # a person
FLUX_MAX_BATCH = env.number("FLUX_MAX_BATCH", 100, low=2, high=400)  # jobs
DEMO = not FLUX_API_TOKEN

# ── Django ───────────────────────────────────────────────────────────────────────────────────────
SECRET_KEY = env.secret("SECRET_KEY") or lasting_secret(DATA_DIR / "secret-key")
DEBUG = False
ROOT_URLCONF = "fluxsite.urls"
WSGI_APPLICATION = "fluxsite.wsgi.application"
AUTH_USER_MODEL = "accounts.Person"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en-gb"
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.time_zone("TIME_ZONE", "UTC")  # days and months of allowances begin at its midnight
USE_THOUSAND_SEPARATOR = True

INSTALLED_APPS = [
    "accounts",
    "gallery",
    "fluxsite",
    "fluxsite.apps.BackOfficeConfig",  # django.contrib.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "django_q",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "fluxsite.middleware.NotedRequestsMiddleware",
    "fluxsite.middleware.UnchangedPollsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "fluxsite.middleware.CompressedPagesMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "fluxsite.middleware.ClosedByDefaultMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.second_factor.RequiredSecondFactorMiddleware",
    "fluxsite.middleware.PageSessionsMiddleware",
]

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
                "fluxsite.context_processors.site",
            ],
        },
    },
]

# ── Database, cache, queue ───────────────────────────────────────────────────────────────────────
DATABASES = {"default": env.database("DATABASE_URL", f"sqlite:///{DATA_DIR / 'fluxsite.sqlite3'}")}
DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # Writers take their turn at BEGIN; a deferred one would fail at its first write instead.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    # A connection that goes dead in silence is noticed in half a minute, not in hours.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 10,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 4,
        "tcp_user_timeout": 30_000,  # milliseconds
        # A machine that freezes in the middle of a write must not keep its locks for hours.
        # And no query of ours runs for so long that compiling it would pay.
        "options": "-c idle_in_transaction_session_timeout=20s -c jit=off",
    } | DATABASES["default"].get("OPTIONS", {})

REDIS_URL = env.text("REDIS_URL")
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        # One web process serves all threads, so its own memory is shared enough.
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

Q_CLUSTER = {
    "name": "fluxsite",
    "label": "Background tasks",
    "workers": WORKERS,
    "timeout": 150,  # seconds; the longest task is one shift of the conductor
    "retry": 900,  # far above the timeout, or a waiting task would be started twice
    "queue_limit": WORKERS,
    "bulk": 1,
    "poll": 0.2,
    "recycle": 500,
    "max_attempts": 1,  # tasks are hints: the sweep sends them again
    "ack_failures": True,
    "catch_up": False,
    "save_limit": 50,
    "log_level": "WARNING",
} | ({"redis": REDIS_URL} if REDIS_URL else {"orm": "default"})

# ── Files ────────────────────────────────────────────────────────────────────────────────────────
STORAGE_URL = env.text("STORAGE_URL", "file:")
STORAGES = {
    "default": storage_options(STORAGE_URL, DATA_DIR),
    "staticfiles": {"BACKEND": "fluxsite.static_files.CollectedStaticFiles"},
}
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
ACCEL_REDIRECT = env.text("ACCEL_REDIRECT")  # nginx's internal prefix for the media folder
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "gallery.receiving.LimitedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# ── Signing in ───────────────────────────────────────────────────────────────────────────────────
AUTHENTICATION_BACKENDS = ["accounts.adapter.LocalPasswords"]
LOCAL_PASSWORDS = env.choice("LOCAL_PASSWORDS", "on", among=("on", "off")) == "on"
OIDC_URL = env.address("OIDC_URL")  # empty: no single sign-on
OIDC_CLIENT_ID = env.text("OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = env.text("OIDC_CLIENT_SECRET")
OIDC_NAME = env.text("OIDC_NAME", "single sign-on")
OIDC_GROUPS = env.roles("OIDC_GROUPS")
OIDC_SCOPES = env.text("OIDC_SCOPES", "openid profile email").split()
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": single_sign_on(
        OIDC_URL, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME, OIDC_SCOPES
    )
}
SOCIALACCOUNT_ADAPTER = "accounts.single_sign_on.SingleSignOnAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True  # of verified addresses; the adapter sees to it
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.ClosedAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an admin vouches for every address
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {  # beside allauth's own
    "invitation": "30/m/ip",  # and whatever else comes by letter: a new password, the first admin
    "link_password": "20/10m/ip,100/10m/key",  # guesses at a public link's
    "link_response": "120/10m/ip",  # what guests send
    "api": "300/m/key",  # calls of one person's programs, whatever they ask for
    "api_refused": "20/m/ip",  # tokens that are none
}
USERSESSIONS_TRACK_ACTIVITY = True
MFA_ADAPTER = "accounts.second_factor.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "accounts.code_forms.SecondStepCodeForm",
    "reauthenticate": "accounts.code_forms.ConfirmCodeForm",
    "add_webauthn": "accounts.passkey_forms.AddPasskeyForm",
    "login_webauthn": "accounts.passkey_forms.SignInPasskeyForm",
    "authenticate_webauthn": "accounts.passkey_forms.SecondStepPasskeyForm",
    "reauthenticate_webauthn": "accounts.passkey_forms.ConfirmPasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Fluxsite"
MFA_TOTP_TOLERANCE = 1  # a code that was typed slowly still counts
REQUIRE_SECOND_FACTOR = env.choice(
    "REQUIRE_SECOND_FACTOR", "off", among=("off", "admins", "everybody")
)
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0, low=0, high=10)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_NAME = "fluxsite_session"
SESSION_COOKIE_AGE = 14 * 24 * 3600  # seconds

# ── Security ─────────────────────────────────────────────────────────────────────────────────────
_site = urlsplit(SITE_URL)
_is_https = _site.scheme == "https"
ALLOWED_HOSTS = known_hosts(_site.hostname or "", HOST)
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_COOKIE_NAME = "fluxsite_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _is_https
SECURE_SSL_REDIRECT = False  # the proxy in front does it; probes come by plain HTTP
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _is_https else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        # Browsers hold the provider's page, to which signing in leads, for a target of the form.
        "form-action": ["'self'", *filter(None, [origin_of(OIDC_URL)])],
    }
}

# ── Mail ─────────────────────────────────────────────────────────────────────────────────────────
vars().update(env.mail("EMAIL_URL", "consolemail://"))
EMAIL_TIMEOUT = 10  # seconds; a letter that is not taken is tried again
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("MAIL_FROM", f"Fluxsite <fluxsite@{_site.hostname}>")

# ── Logs ─────────────────────────────────────────────────────────────────────────────────────────
LOG_FORMAT = env.choice("LOG_FORMAT", "text", among=("text", "json"))
METRICS_TOKEN = env.secret("METRICS_TOKEN")  # empty: there is no /metrics
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", among=("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING = logs.config(LOG_FORMAT, LOG_LEVEL)
