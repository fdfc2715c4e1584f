from gallery.models.conductor import Conductor, Heartbeat, Pause
from gallery.models.flux_model import FluxModel
from gallery.models.gallery import Gallery, Membership, Placement
from gallery.models.generation import Attempt, FeedVersion, Generation, Result
from gallery.models.image import Image, Upload
from gallery.models.review import Favourite

__all__ = [
    "Attempt",
    "Conductor",
    "Favourite",
    "FeedVersion",
    "FluxModel",
    "Gallery",
    "Generation",
    "Heartbeat",
    "Image",
    "Membership",
    "Pause",
    "Placement",
    "Result",
    "Upload",
]
