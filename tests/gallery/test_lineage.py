import pytest

from gallery import lineage
from gallery.lineage import lineage_of
from gallery.models import Gallery, Image, Membership, Placement, Upload


def drawn(nodes):
    """The tree as text: names, those in it in brackets, a star at the picture itself."""
    return " ".join(
        words_of(node)
        + ("*" if node.is_here else "")
        + (f"({drawn(node.children)})" if node.children else "")
        for node in nodes
    )


def words_of(node):
    return node.source.name


def tree(image, person):
    family = lineage_of(image, person)
    return family and drawn(family.roots)


@pytest.fixture
def named(make_image):
    """`named(alice, "a", parent=…)`: pictures whose prompts are their names."""
    return lambda owner, name, **fields: make_image(owner, prompt=name, **fields)


@pytest.fixture
def family(alice, named):
    a = named(alice, "a")
    b, c = named(alice, "b", parent=a), named(alice, "c", parent=a)
    d = named(alice, "d", parent=b)
    return {"a": a, "b": b, "c": c, "d": d}


@pytest.mark.parametrize(
    ("here", "said"),
    [("a", "a*(b(d) c)"), ("b", "a(b*(d) c)"), ("c", "a(b(d) c*)"), ("d", "a(b(d*) c)")],
)
def test_the_whole_family_is_seen_from_each_of_it(alice, family, here, said):
    assert tree(family[here], alice) == said


def test_a_picture_without_kin_has_no_tree(alice, make_image):
    assert lineage_of(make_image(alice), alice) is None


def test_what_may_not_be_seen_is_left_out_and_its_edits_stay(alice, bob, family):
    gallery = Gallery.objects.create(name="Spring", owner=alice)
    Membership.objects.create(gallery=gallery, person=bob)
    for name in "acd":
        Placement.objects.create(gallery=gallery, image=family[name])

    assert tree(family["d"], bob) == "a(c d*)"


def test_others_pictures_are_not_in_ones_tree(bob, named, family):
    mine = named(bob, "mine", parent=family["a"])

    assert lineage_of(mine, bob) is None


def upload_of(person):
    return Upload.objects.create(
        owner=person, name="x.png", content_type="image/png", width=4, height=3
    )


def test_an_upload_is_the_root_of_all_that_came_of_it(alice, named, make_generation):
    upload = upload_of(alice)
    one, two = (
        named(alice, name, generation=make_generation(alice, reference_upload=upload))
        for name in ("one", "two")
    )
    named(alice, "three", parent=one)

    assert tree(two, alice) == "Uploaded picture(one(three) two*)"


def test_an_upload_of_somebody_else_is_not_shown(alice, bob, named, make_generation):
    job = make_generation(alice, reference_upload=upload_of(alice))
    image = named(alice, "one", generation=job)
    child = named(bob, "mine", parent=image)

    assert lineage_of(child, bob) is None


def test_a_long_line_of_edits_is_followed_so_far(alice, named):
    image = first = named(alice, "0")
    for number in range(1, lineage.DEEPEST + 3):
        image = named(alice, str(number), parent=image)

    assert lineage_of(image, alice).size == lineage.DEEPEST + 1
    assert lineage_of(first, alice).size == lineage.DEEPEST + 1


def test_a_large_family_is_bounded(alice, named, monkeypatch):
    monkeypatch.setattr(lineage, "MOST_KIN", 6)
    monkeypatch.setattr(lineage, "MOST_CHILDREN", 4)
    first = named(alice, "first")
    middle = named(alice, "middle", parent=first)
    for number in range(9):
        named(alice, f"side {number}", parent=first)
        named(alice, f"below {number}", parent=middle)

    seen = lineage_of(middle, alice)

    assert seen.size <= 6 + 4
    assert "middle*(" in drawn(seen.roots)


def test_what_changed_in_the_words_is_marked(alice, named):
    first = named(alice, "A red door at dusk")
    named(alice, "A blue door at dusk", parent=first)

    (root,) = lineage_of(first, alice).roots

    assert [(piece.mark, piece.text) for piece in root.children[0].words] == [
        ("same", "A"),
        ("gone", "red"),
        ("new", "blue"),
        ("same", "door at dusk"),
    ]


def test_a_large_family_takes_as_many_queries_as_a_small_one(
    alice, named, family, django_assert_num_queries
):
    for number in range(12):
        named(alice, f"more {number}", parent=family["d"])
    image = Image.objects.get(pk=family["d"].pk)

    with django_assert_num_queries(6):
        lineage_of(image, alice)
