import pytest

from gallery import bulk, culling, favourites, rating, trash
from gallery.culling import Decision
from gallery.models import Favourite, Gallery, Image, Membership, Placement, Rating, Rejection
from gallery.shelves import Mark


@pytest.fixture
def images(alice, make_image):
    """The newest first, as they are gone through."""
    return [make_image(alice) for _ in range(4)][::-1]


def cull(person, query=None, *, after=None, at=""):
    return culling.cull_of(person, query or {}, after=after, at=at)


def test_it_begins_with_the_first_and_ends_with_a_summary(alice, images):
    began = cull(alice)

    assert [frame.id for frame in began.frames] == [str(image.pk) for image in images]
    assert (began.now.number, began.previous) == (1, "")
    assert began.next == began.frames[1].here
    last = cull(alice, at=str(images[-1].pk))
    assert last.next == last.end
    assert cull(alice, at="end").now is None


def test_an_unknown_place_is_the_first_and_an_empty_list_has_none(alice, bob, images):
    assert cull(alice, at="nonsense").now.number == 1
    assert cull(bob).now is None and cull(bob).frames == ()


def test_any_list_is_gone_through_but_the_trash(alice, images):
    favourites.mark(images[2], by=alice, is_favourite=True)
    trash.throw_away(images[3])

    chosen = cull(alice, {"in": "favourites"})

    assert [frame.id for frame in chosen.frames] == [str(images[2].pk)]
    assert chosen.back == "/library/favourites/" and "in=favourites" in chosen.end
    assert len(cull(alice, {"in": "trash"}).frames) == 3


def test_a_hundred_at_a_time_and_then_the_next(alice, images, monkeypatch):
    monkeypatch.setattr(culling, "MOST", 3)
    first = cull(alice)
    text = first.further.partition("after=")[2].replace("%7E", "~")

    second = cull(alice, after=Mark.read(text))

    assert len(first.frames) == 3
    assert [frame.id for frame in second.frames] == [str(images[3].pk)]
    assert second.further == "" and "after=" in second.end


def test_each_decision_holds_and_the_same_again_is_the_same(alice, images):
    for _ in range(2):
        culling.decide(images[0], Decision(is_favourite=True, is_rejected=False), by=alice)
        culling.decide(images[1], Decision(is_rejected=True), by=alice)
        culling.decide(images[2], Decision(stars=4), by=alice)

    frames = cull(alice).frames
    assert [frame.is_favourite for frame in frames] == [True, False, False, False]
    assert [frame.is_rejected for frame in frames] == [False, True, False, False]
    assert [frame.stars for frame in frames] == [0, 0, 4, 0]


def test_what_held_before_brings_everything_back(alice, images):
    rating.rate([images[0].pk], by=alice, stars=2)
    culling.decide(images[0], Decision(is_rejected=True, stars=5), by=alice)

    culling.decide(images[0], Decision(is_favourite=False, is_rejected=False, stars=2), by=alice)

    assert not Rejection.objects.exists() and not Favourite.objects.exists()
    assert Rating.objects.get().stars == 2


def test_those_rejected_go_to_the_trash_together_and_come_back_together(alice, images):
    for image in images[:3]:
        culling.decide(image, Decision(is_rejected=True), by=alice)
    bulk.throw_away([images[2].pk], by=alice)  # by another way, meanwhile

    outcome, at = culling.throw_away_rejected(by=alice)

    assert set(outcome.done) == {images[0].pk, images[1].pk}
    assert cull(alice).waiting == 0
    assert len(trash.restore_all(by=alice, thrown_away_at=at)) == 2
    assert cull(alice).waiting == 0


def test_those_rejected_elsewhere_are_counted_apart(alice, images, monkeypatch):
    for image in (images[0], images[3]):
        culling.decide(image, Decision(is_rejected=True), by=alice)
    monkeypatch.setattr(culling, "MOST", 3)

    counted = cull(alice)

    assert (counted.rejected, counted.earlier, counted.waiting) == (1, 1, 2)
    culling.keep_rejected(by=alice)
    assert cull(alice).waiting == 0 and Image.objects.owned_by(alice).count() == 4


def test_rejections_are_each_persons_own(alice, bob, images):
    culling.decide(images[0], Decision(is_rejected=True), by=alice)

    assert culling.throw_away_rejected(by=bob)[0].done == ()
    assert cull(alice).waiting == 1


def test_the_number_of_queries_does_not_grow(alice, make_image, django_assert_num_queries):
    for _ in range(2):
        make_image(alice)
    with django_assert_num_queries(4):
        cull(alice)
    for _ in range(30):
        make_image(alice)
    with django_assert_num_queries(4):
        cull(alice)


# ── The page ─────────────────────────────────────────────────────────────────────────────────────

HTMX = {"HTTP_HX_REQUEST": "true"}


def test_without_a_script_a_decision_leads_to_the_next_picture(alice, client_of, images):
    client = client_of(alice)
    page = client.get("/library/cull/").content.decode()
    assert "1 of 4" in page and f"/images/{images[0].pk}/large.webp" in page
    following = cull(alice).next

    answer = client.post(f"/images/{images[0].pk}/cull/", {"is_favourite": "1", "next": following})

    assert answer["Location"] == following
    assert "2 of 4" in client.get(following).content.decode()
    assert "You have seen them all" in client.get(cull(alice).end).content.decode()


def test_a_script_is_told_that_it_is_kept(alice, client_of, images):
    path = f"/images/{images[0].pk}/cull/"

    answer = client_of(alice).post(path, {"stars": "3", "is_rejected": "1"}, **HTMX)

    assert answer.status_code == 204
    assert Rating.objects.get().stars == 3 and Rejection.objects.count() == 1


def test_next_is_a_page_of_this_site(alice, client_of, images):
    path, elsewhere = f"/images/{images[0].pk}/cull/", "https://example.org/"

    assert client_of(alice).post(path, {"next": elsewhere})["Location"] == "/library/"


def test_what_belongs_to_others_is_picked_and_rated_but_not_rejected(alice, bob, client_of, images):
    gallery = Gallery.objects.create(name="Spring", owner=alice)
    Membership.objects.create(gallery=gallery, person=bob)
    Placement.objects.create(gallery=gallery, image=images[0])
    client, path = client_of(bob), f"/images/{images[0].pk}/cull/"

    assert client.post(path, {"is_favourite": "1", "stars": "2"}, **HTMX).status_code == 204
    assert client.post(path, {"is_rejected": "1"}, **HTMX).status_code == 404
    assert not Rejection.objects.exists()


def test_finishing_leads_back_to_the_list_with_one_undo(alice, client_of, images):
    client = client_of(alice)
    for image in images[:2]:
        client.post(f"/images/{image.pk}/cull/", {"is_rejected": "1"}, **HTMX)

    page = client.post("/library/cull/finish/", {"list": ""}, follow=True).content.decode()

    assert "2 pictures moved to the trash." in page and "/selection/undo/" in page
    assert Image.objects.in_trash_of(alice).count() == 2


def test_those_rejected_may_be_kept_after_all(alice, client_of, images):
    client = client_of(alice)
    client.post(f"/images/{images[0].pk}/cull/", {"is_rejected": "1"}, **HTMX)

    answer = client.post("/library/cull/finish/", {"keep": "1", "list": "?in=favourites"})

    assert answer["Location"] == "/library/favourites/"
    assert not Rejection.objects.exists() and not Image.objects.in_trash_of(alice).exists()


@pytest.mark.parametrize("after", ["x", "1~2", "9" * 40 + "~" + "0" * 32])
def test_a_place_that_cannot_be_is_not_there(after, alice, client_of):
    assert client_of(alice).get("/library/cull/", {"after": after}).status_code == 404
