"""Who gave a password, and has not the second factor that the team asks for, sees nothing yet."""

from allauth.mfa.models import Authenticator
from everything import EVERY

PROMPT = "a lighthouse that nobody else has heard of"
WISH = {"prompt": PROMPT, "model": "flux-dev", "size": "1:1", "count": "1"}
WISH |= {"form_token": "7f0c6a3e-9f0f-4b7e-8d3c-0d4f2ad5a0c1"}


def test_no_address_tells_what_is_theirs(site, client_of, settings):
    client = client_of(site.owner)
    client.post("/generations/", WISH)
    assert PROMPT in client.get("/").text
    assert PROMPT in client.get("/live/-/").text
    Authenticator.objects.all().delete()
    settings.REQUIRE_SECOND_FACTOR = "everybody"

    told = set()
    for address in EVERY:
        for path in {site.path(address), site.path(address, **dict.fromkeys(address.typed, "-"))}:
            answer = client.get(path)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            if PROMPT.encode() in body:
                told.add(address.name)

    assert told == set()
