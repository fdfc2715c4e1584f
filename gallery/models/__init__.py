from gallery.models.batch import Batch
from gallery.models.conductor import Conductor, Heartbeat, Pause
from gallery.models.flux_model import FluxModel
from gallery.models.gallery import Gallery, Membership, Placement
from gallery.models.generation import Attempt, FeedVersion, Generation, Result
from gallery.models.image import Image, Upload
from gallery.models.prompt import Preset, PromptUse
from gallery.models.review import Favourite
from gallery.models.webhook import Delivery, Webhook

__all__ = [
    "Attempt",
    "Batch",
    "Conductor",
    "Delivery",
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
    "Preset",
    "PromptUse",
    "Result",
    "Upload",
    "Webhook",
]
