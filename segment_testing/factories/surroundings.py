"""The `context` of a call: what each kind of SDK puts in of itself and of the device it runs on."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any, Literal, get_args

from segment_testing.factories import words
from segment_testing.factories.people import Person

SDK = Literal["browser", "mobile", "server"]
"""Which kind of SDK sends: analytics.js, that for Swift or Kotlin, that for Python."""

SITE = "https://www.example.com"


def check(sdk: object) -> None:
    """Raises `ValueError` where there is no such kind of SDK."""
    if sdk not in get_args(SDK):
        raise ValueError(f"sdk is 'browser', 'mobile' or 'server', not {sdk!r}")


def page_of(site: words.Site, campaign: words.Campaign | None = None) -> dict[str, Any]:
    """A page as the browser SDK describes it, in the context and in the properties of page calls."""
    search = f"?utm_campaign={campaign.name}&utm_source={campaign.source}" if campaign else ""
    return {
        "path": site.path,
        "referrer": "https://search.example/" if campaign else "",
        "search": search,
        "title": site.title,
        "url": f"{SITE}{site.path}{search}",
    }


def context(sdk: SDK, person: Person, page: Mapping[str, Any], campaign: words.Campaign | None) -> dict[str, Any]:
    """The context of a call as it is sent: the IP address is added by Segment."""
    if sdk == "browser":
        return _browser(person, page, campaign)
    if sdk == "mobile":
        return _mobile(person)
    return {"library": {"name": "analytics-python", "version": "2.4.0"}}


def campaign_of(random: Random) -> words.Campaign | None:
    """Where a visitor came from; most come from nowhere in particular."""
    return random.choice(words.CAMPAIGNS) if random.random() < 0.2 else None


def _browser(person: Person, page: Mapping[str, Any], campaign: words.Campaign | None) -> dict[str, Any]:
    browser = person.browser
    found: dict[str, Any] = {
        "library": {"name": "analytics.js", "version": "next-1.84.3"},
        "locale": person.place.locale,
        "page": dict(page),
        "timezone": person.place.timezone,
        "userAgent": browser.user_agent,
    }
    if browser.brands:
        brands = [{"brand": brand, "version": version} for brand, version in browser.brands]
        found["userAgentData"] = {"brands": brands, "mobile": browser.mobile, "platform": browser.platform}
    if campaign is not None:
        found["campaign"] = campaign._asdict()
    return found


def _mobile(person: Person) -> dict[str, Any]:
    phone = person.mobile
    name, namespace, _, (version, build) = words.APP
    library, library_version = phone.library
    return {
        "app": {"build": build, "name": name, "namespace": namespace, "version": version},
        "device": {
            "id": person.device_id,
            "manufacturer": phone.manufacturer,
            "model": phone.model,
            "name": phone.model,
            "type": phone.kind,
        },
        "library": {"name": library, "version": library_version},
        "locale": person.place.locale,
        "network": {"bluetooth": False, "carrier": person.carrier, "cellular": True, "wifi": False},
        "os": {"name": phone.os, "version": phone.os_version},
        "screen": {"density": phone.density, "height": phone.height, "width": phone.width},
        "timezone": person.place.timezone,
    }
