"""Below one's own address nothing of somebody else is to be had by its id."""

import pytest
from everything import OURS, site_of

# The second blank is a thing of its own; the first one of the asker's.
NESTED = [one for one in OURS if len(one.blanks) > 1 and set(one.blanks) & {"image", "comment"}]
ELSE = [one for one in OURS if {"link", "person"} & set(one.blanks)]


def sent(client, path):
    return client.post(path, {"role": "manager", "approval": "approved", "text": "x", "way": "up"})


def test_there_are_addresses_to_be_tried():
    assert {"placement_comment", "comment_delete"} <= {one.name for one in NESTED}
    assert {"link_revoke", "share_role"} <= {one.name for one in ELSE}


@pytest.mark.parametrize("address", NESTED + ELSE, ids=str)
def test_a_strangers_thing_is_not_found_below_ones_own(
    alice, charlie, client_of, make_generation, make_image, address
):
    hers = site_of(alice, make_generation, make_image)
    his = site_of(charlie, make_generation, make_image)
    blank = address.blanks[-1]

    strange = his.path(address, **{blank: hers.blanks.get(blank, hers.things["image"])})
    client = client_of(charlie)

    assert sent(client, strange).status_code == 404
    assert client.get(strange).status_code in (404, 405)


def test_nothing_of_hers_comes_into_his_forms(
    alice, charlie, client_of, make_generation, make_image
):
    """What a form names by an id is found through the person as well."""
    hers = site_of(alice, make_generation, make_image)
    his = site_of(charlie, make_generation, make_image)
    client, image = client_of(charlie), str(hers.things["image"])

    client.post(f"/galleries/{his.things['gallery']}/add/", {"image": image})
    client.post("/selection/trash/", {"image": image})
    client.post("/selection/tag/", {"image": image, "tags": "mine"})
    client.post("/selection/gallery/", {"image": image, "name": "Stolen"})
    client.post(f"/images/{his.things['image']}/galleries/", {"gallery": hers.things["gallery"]})
    edit = {"prompt": "x", "model": "flux-kontext-pro", "size": "1:1", "count": "1"}
    client.post("/edit/", edit | {"image": image, "upload": hers.things["upload"]})

    kept = alice.images.get(pk=image)
    assert kept.trashed_at is None and not kept.tags.exists()
    assert [one.gallery.owner for one in kept.placements.all()] == [alice]
    assert [one.image.owner for one in alice.galleries.get().placements.all()] == [alice]
    assert not charlie.generations.filter(action="edit").exists()
