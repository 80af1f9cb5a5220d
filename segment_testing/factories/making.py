"""The members of a call: made up, but for what the caller has set."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any, cast

import msgspec

from segment_testing.factories import spec, surroundings, words
from segment_testing.factories.people import Company, Person, signed_up, slug
from segment_testing.factories.surroundings import SDK
from segment_testing.factories.values import ABSENT, bag, laid_over
from segment_testing.factories.wishes import BAGS, Wish
from segment_testing.serverside import iso


class Cast(msgspec.Struct, frozen=True):
    """Who makes a call, and where what is made up for it comes from."""

    person: Person
    company: Company
    random: Random
    now: datetime


def usual_sdk(wish: Wish) -> SDK:
    """Which kind of SDK such calls mostly come from."""
    if wish.sdk is not None:
        return wish.sdk
    event = _event(wish)
    if wish.kind == "screen" or event in spec.MOBILE:
        return "mobile"
    return "server" if event in spec.EMAIL else "browser"


def make(wish: Wish, cast_: Cast, moment: datetime, *, delivered: bool) -> dict[str, Any]:
    """The call as a whole, but for what `wish` has in its envelope and its fields. `moment`: the sender's time.

    `delivered`: with the channel, and the IP address of the user, which Segment adds to what browsers and phones send.
    """
    person, random = cast_.person, cast_.random
    sdk = usual_sdk(wish)
    site, campaign = _site(wish, random), surroundings.campaign_of(random)
    page = surroundings.page_of(site, campaign)
    call: dict[str, Any] = {"type": wish.kind, "messageId": _message_id(sdk, moment), "timestamp": iso(moment)}
    call |= _ids(wish, person, sdk)
    call |= _head(wish, cast_, site)
    if wish.kind in BAGS:
        call[BAGS[wish.kind]] = _bag(wish, cast_, moment, page | _copied(call, wish.kind))
    context = surroundings.context(sdk, person, page, campaign) | spec.context_of(_event(wish), person)
    if delivered and sdk != "server":
        context["ip"] = person.ip
    call["context"] = _context(context, wish)
    call["integrations"] = {}
    if delivered:
        call["channel"] = "server" if sdk == "server" else "client"
    if sdk == "browser":
        call["_metadata"] = {"bundled": ["Segment.io"], "unbundled": [], "bundledIds": []}
    return call


def _event(wish: Wish) -> str:
    """The name of a track event, empty where there is none."""
    name = wish.head.get("event")
    return name if isinstance(name, str) else ""


def _message_id(sdk: SDK, moment: datetime) -> str:
    """Never the same twice, whatever the seed: Segment, and every inbox, takes equal ids for the same event."""
    unique = str(uuid.uuid4())
    return f"ajs-next-{int(moment.timestamp() * 1000)}-{unique}" if sdk == "browser" else unique


def _ids(wish: Wish, person: Person, sdk: SDK) -> dict[str, Any]:
    known = wish.envelope.get("userId", person.user_id)
    if sdk == "server" and known is not None and known is not ABSENT:
        return {"userId": person.user_id}  # a server knows nothing of the anonymous id
    return {"anonymousId": person.anonymous_id, "userId": person.user_id}


def _head(wish: Wish, cast_: Cast, site: words.Site) -> dict[str, Any]:
    match wish.kind:
        case "track":
            return laid_over({}, wish.head, "track")
        case "group":
            return {"groupId": cast_.company.id}
        case "alias":
            return {"previousId": cast_.person.anonymous_id}
        case "page":
            made: dict[str, Any] = {"name": site.name, "category": site.category or ABSENT}
        case "screen":
            name, category = cast_.random.choice(words.SCREENS)
            made = {"name": name, "category": category if wish.head["name"] is None else ABSENT}
        case _:
            return {}
    given = {name: value for name, value in wish.head.items() if value is not None}
    return laid_over({}, made | given, wish.kind)


def _site(wish: Wish, random: Random) -> words.Site:
    """The page that the user is on: the one that is named, where one is."""
    made = random.choice(words.PAGES)
    name = wish.head.get("name")
    if wish.kind != "page" or not isinstance(name, str):
        return made
    known = [site for site in words.PAGES if site.name == name]
    return known[0] if known else words.Site(name, "", f"/{slug(name)}", name)


def _copied(call: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """What the browser SDK repeats in the properties of a page call."""
    return {name: call[name] for name in ("name", "category") if kind == "page" and name in call}


def _bag(wish: Wish, cast_: Cast, moment: datetime, page: dict[str, Any]) -> dict[str, Any]:
    holder = BAGS[wish.kind]
    if wish.whole is not None:
        return laid_over(bag(wish.whole, holder), wish.members, holder)
    given = laid_over({}, wish.members, holder)
    match wish.kind:
        case "track":
            scene = spec.Scene(cast_.random, cast_.person, moment, given)
            made = spec.properties_of(_event(wish), scene)
        case "identify":
            made = _user_traits(cast_)
        case "group":
            made = _group_traits(cast_.company, cast_.now)
        case "page":
            made = page
        case _:
            made = {}
    return laid_over(made, wish.members, holder)


def _user_traits(cast_: Cast) -> dict[str, Any]:
    person, company = cast_.person, cast_.company
    place = person.place
    return {
        "address": {
            "city": place.city,
            "country": place.country,
            "postalCode": place.postal_code,
            "state": place.region,
            "street": person.street,
        },
        "company": {
            "employee_count": company.employees,
            "id": company.id,
            "industry": company.industry,
            "name": company.name,
            "plan": company.plan,
        },
        "createdAt": iso(signed_up(person, cast_.now)),
        "email": person.email,
        "firstName": person.first_name,
        "lastName": person.last_name,
        "name": f"{person.first_name} {person.last_name}",
        "phone": person.phone,
        "title": person.title,
        "username": person.username,
    }


def _group_traits(company: Company, now: datetime) -> dict[str, Any]:
    return {
        "createdAt": iso(now.replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=company.age)),
        "employees": company.employees,
        "industry": company.industry,
        "name": company.name,
        "plan": company.plan,
        "website": company.website,
    }


def _context(made: dict[str, Any], wish: Wish) -> dict[str, Any]:
    given: Any = wish.envelope.get("context")
    if given is None or given is ABSENT:
        return made
    over = cast("Mapping[str, Any]", given) if isinstance(given, Mapping) else bag(given, "context")
    return laid_over(made, over, "context", deep=True)
