from django import template
from django.conf import settings

register = template.Library()

# The first word that occurs decides: browsers also name those that they want to be taken for.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}
HAND_HELD = {"iPhone", "iPad", "Android"}


@register.simple_tag
def doors() -> dict[str, object]:
    """Which ways lead in, besides passkeys."""
    return {
        "passwords": settings.LOCAL_PASSWORDS,
        "single_sign_on": settings.OIDC_NAME if settings.OIDC_URL else "",
    }


@register.filter
def device(user_agent: str) -> str:
    """What a browser says of itself, as people would: Firefox on macOS."""
    browser = _first(BROWSERS, user_agent)
    system = _first(SYSTEMS, user_agent)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or user_agent[:60] or "Unknown device"


@register.filter
def device_icon(user_agent: str) -> str:
    return "phone" if _first(SYSTEMS, user_agent) in HAND_HELD else "laptop"


def _first(names: dict[str, str], user_agent: str) -> str:
    return next((name for word, name in names.items() if word in user_agent), "")
