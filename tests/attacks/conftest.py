import pytest
from everything import Site, site_of


@pytest.fixture
def site(admin, make_generation, make_image) -> Site:
    """One of everything, and all of it an admin's, to whom every address is open."""
    return site_of(admin, make_generation, make_image)
