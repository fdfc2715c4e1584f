"""No address of this site leads a person to another one. Every field is tried by the nasty input;
here is what those that lead on are told."""

import pytest
from attacking import ELSEWHERE, leads_away

WAYS_OUT = (
    ELSEWHERE,
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "/\t/evil.example/",
    "http://testserver/\\evil.example/",
    "http://testserver/\t/evil.example/",
    "//testserver//evil.example/",
    "http://testserver@evil.example/",
    "http://testserver.evil.example/",
    "http:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "account_logout",
    "image_detail",
    "?//evil.example",
)


@pytest.mark.parametrize(
    "location", ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/e", "data:,x"]
)
def test_the_check_can_fail(location):
    assert leads_away(location) and not leads_away("/library/?x=//y")


@pytest.mark.parametrize("away", WAYS_OUT)
def test_after_an_act_one_is_led_to_a_page_of_this_site(alice, client_of, make_image, away):
    client, path = client_of(alice), f"/images/{make_image(alice).pk}/"

    answers = [
        client.post(f"{path}cull/", {"is_favourite": "1", "next": away}),
        client.post(f"{path}favourite/", headers={"referer": away}),
        client.post(f"{path}trash/", query_params={"back": away}),
    ]

    assert [answer["Location"] for answer in answers] == ["/library/"] * 3


@pytest.mark.parametrize("away", WAYS_OUT[1:])
@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/logout/", "/accounts/confirm/"])
def test_signing_in_and_out_leads_to_a_page_of_this_site(alice, client_of, path, away):
    data = {"login": alice.email, "password": "a quiet green morning", "next": away}

    answer = client_of(alice).post(path, data)

    assert answer.status_code == 302 and not leads_away(answer["Location"])
