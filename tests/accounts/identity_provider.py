"""An OpenID Connect provider on loopback, as a process of its own: allauth's, with groups.

`identity_provider.py <port> <redirect addresses…>`; `/as/?email=…&groups=a,b&verified=1&name=…`
signs a person in there.
"""

import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings

PORT, REDIRECTS = int(sys.argv[1]), sys.argv[2:]
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
    Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
)
settings.configure(
    SECRET_KEY="a provider that lives for one test",
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["127.0.0.1", "localhost"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "allauth",
        "allauth.account",
        "allauth.idp.oidc",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "allauth.account.middleware.AccountMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
        }
    ],
    SESSION_COOKIE_NAME="provider",
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    LOGIN_URL="/as/",
    IDP_OIDC_PRIVATE_KEY=KEY.decode(),
    IDP_OIDC_ADAPTER=f"{__name__}.Adapter",
)
django.setup()

from allauth.account.models import EmailAddress  # noqa: E402  (Django must be set up first)
from allauth.idp.oidc.adapter import DefaultOIDCAdapter  # noqa: E402
from django.contrib.auth import login  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.urls import include, path  # noqa: E402

GROUPS = {}


class Adapter(DefaultOIDCAdapter):
    def get_claims(self, purpose, user, client, scopes, **more):
        claims = super().get_claims(purpose, user, client, scopes, **more)
        return claims | {"groups": GROUPS.get(user.pk, [])}


def sign_in_as(request):
    email, name = request.GET["email"], request.GET.get("name", "")
    person, _ = User.objects.update_or_create(
        username=email, defaults={"email": email, "first_name": name}
    )
    EmailAddress.objects.update_or_create(
        user=person,
        email=email,
        defaults={"verified": request.GET.get("verified", "1") == "1", "primary": True},
    )
    GROUPS[person.pk] = [name for name in request.GET.get("groups", "").split(",") if name]
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    return HttpResponse("signed in")


urlpatterns = [path("as/", sign_in_as), path("", include("allauth.idp.urls"))]


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


if __name__ == "__main__":
    from allauth.idp.oidc.models import Client
    from django.core.wsgi import get_wsgi_application

    call_command("migrate", verbosity=0)
    client = Client(
        id="fluxsite", name="Fluxsite", scopes="openid\nprofile\nemail", skip_consent=True
    )
    client.redirect_uris = "\n".join(REDIRECTS)
    client.set_secret("a secret between the two")
    client.save()
    server = make_server("127.0.0.1", PORT, get_wsgi_application(), handler_class=Quiet)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
