"""What is found in a list."""

from accounts.models import Person
from gallery import listings, shelves


def found(person: Person, **asked: str) -> list[str]:
    """The prompts on the first page, which are those of the whole list."""
    listing = listings.find(person, asked)
    tiles = [tile.prompt for day in shelves.shelf(listing).days for tile in day.tiles]
    assert sorted(tiles) == sorted(row.prompt for row in listing.rows)
    return tiles
