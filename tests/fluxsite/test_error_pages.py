import pytest
from django.template.loader import get_template
from django.test import Client


def text_of(answer):
    return answer.content.decode()


def test_an_address_that_leads_nowhere_says_so_to_anybody(client, db):
    answer = client.get("/no-such-page/")

    assert answer.status_code == 404
    assert "There is nothing here" in text_of(answer)


def test_an_old_form_is_told_what_to_do(alice):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    answer = client.post("/generations/", {"prompt": "A lighthouse"})

    assert answer.status_code == 403
    assert "Go back, reload the page and send it again" in text_of(answer)


def test_more_than_the_site_takes_is_refused_in_words(alice, client_of):
    answer = client_of(alice).post("/generations/", {"prompt": "x" * 2_000_000})

    assert answer.status_code == 400
    assert "This could not be read" in text_of(answer)


def test_when_all_else_fails_there_is_still_a_page(
    alice, client_of, monkeypatch, django_assert_num_queries
):
    client = client_of(alice)
    client.raise_request_exception = False
    monkeypatch.setattr("gallery.feed.standing", lambda person: 1 / 0)

    answer = client.get("/")

    assert answer.status_code == 500
    assert "Something broke on our side" in text_of(answer)
    with django_assert_num_queries(0):
        assert get_template("500.html").render()


@pytest.mark.parametrize("page", ["400", "403", "403_csrf", "404", "500"])
def test_each_error_page_has_a_heading_and_a_way_on(page, db, rf):
    text = get_template(f"{page}.html").render({}, request=rf.get("/"))

    assert text.count("<h1>") == 1
    assert 'href="/"' in text
    assert "style=" not in text and "<script>" not in text
