from gallery.models.batch import Batch
from gallery.models.conductor import ApiTally, Conductor, Heartbeat, Pause
from gallery.models.flux_model import FluxModel
from gallery.models.gallery import Gallery, GroupMembership, Membership, Placement
from gallery.models.generation import Attempt, FeedVersion, Generation, Result
from gallery.models.image import Image, Upload
from gallery.models.prompt import Preset, PromptUse
from gallery.models.review import Favourite, Rating, Rejection, Tag
from gallery.models.search import Entry, SavedSearch
from gallery.models.share import Comment, Guest, GuestHeart, ShareLink
from gallery.models.usage import UsageCell, UsageMark
from gallery.models.webhook import Delivery, Webhook

__all__ = [
    "ApiTally",
    "Attempt",
    "Batch",
    "Comment",
    "Conductor",
    "Delivery",
    "Entry",
    "Favourite",
    "FeedVersion",
    "FluxModel",
    "Gallery",
    "Generation",
    "Guest",
    "GuestHeart",
    "Heartbeat",
    "Image",
    "GroupMembership",
    "Membership",
    "Pause",
    "Placement",
    "Preset",
    "PromptUse",
    "Rating",
    "Rejection",
    "Result",
    "SavedSearch",
    "ShareLink",
    "Tag",
    "Upload",
    "UsageCell",
    "UsageMark",
    "Webhook",
]
