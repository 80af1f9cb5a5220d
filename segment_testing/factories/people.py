"""Made-up people and the companies they work for: everything about one of them follows from a seed and a key."""

from __future__ import annotations

import unicodedata
import uuid
from datetime import datetime, timedelta
from random import Random

import msgspec

from segment_testing.factories import words
from segment_testing.factories.words import Browser, Phone, Place


class Company(msgspec.Struct, frozen=True):
    """What a group call is about. `age`: days since it became a customer."""

    id: str
    name: str
    industry: str
    employees: int
    plan: str
    website: str
    age: int


class Person(msgspec.Struct, frozen=True):
    """Somebody who uses the product. `age`: days since the sign-up, which was `signed_up_at` seconds into its day."""

    user_id: str
    anonymous_id: str
    first_name: str
    last_name: str
    email: str
    username: str
    phone: str
    title: str
    street: str
    place: Place
    ip: str
    browser: Browser
    mobile: Phone
    device_id: str
    carrier: str
    company: Company
    age: int
    signed_up_at: int


def signed_up(somebody: Person, now: datetime) -> datetime:
    """When the account was made."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=somebody.age) + timedelta(seconds=somebody.signed_up_at)


def person(seed: str, key: str, *, user_id: str | None = None, anonymous_id: str | None = None) -> Person:
    """The person of that key, who has the ids given, or made-up ones."""
    random = Random(f"{seed}/person/{key}")  # noqa: S311  # nothing here is a secret
    place = random.choice(words.PLACES)
    language = place.locale[:2]
    first = random.choice(words.FIRST_NAMES[language])
    last = random.choice(words.LAST_NAMES[language])
    username = f"{_ascii(first)[0]}{_ascii(last)}{random.randint(1, 99)}"
    made_up_id = f"{random.getrandbits(96):024x}"
    return Person(
        user_id=made_up_id if user_id is None else user_id,
        anonymous_id=_uuid(random) if anonymous_id is None else anonymous_id,
        first_name=first,
        last_name=last,
        email=f"{_ascii(first)}.{_ascii(last)}{random.randint(1, 999)}@{random.choice(words.MAIL_DOMAINS)}",
        username=username,
        phone="".join(str(random.randint(0, 9)) if sign == "#" else sign for sign in place.phone),
        title=random.choice(words.TITLES),
        street=random.choice(words.STREETS[language]).format(random.randint(1, 180)),
        place=place,
        ip=f"{random.choice(words.NETWORKS)}.{random.randint(1, 254)}",
        browser=random.choice(words.BROWSERS),
        mobile=random.choice(words.PHONES),
        device_id=_uuid(random).upper(),
        carrier=random.choice(words.CARRIERS),
        company=company(seed, str(random.randint(1, 500))),
        age=random.randint(30, 900),
        signed_up_at=random.randrange(86_400),
    )


def company(seed: str, key: str, *, group_id: str | None = None) -> Company:
    """The company of that key, which has the id given, or a made-up one."""
    random = Random(f"{seed}/company/{key}")  # noqa: S311
    name = random.choice(words.COMPANIES)
    made_up_id = f"acct_{random.getrandbits(40):010x}"
    return Company(
        id=made_up_id if group_id is None else group_id,
        name=name,
        industry=random.choice(words.INDUSTRIES),
        employees=random.choice((3, 12, 45, 120, 380, 1900)) + random.randint(0, 9),
        plan=random.choice(words.PLANS),
        website=f"https://{_ascii(name)}.example",
        age=random.randint(901, 2000),
    )


def _uuid(random: Random) -> str:
    return str(uuid.UUID(int=random.getrandbits(128), version=4))


def _ascii(text: str) -> str:
    return slug(text).replace("-", "")


def slug(text: str) -> str:
    """`text` for an address: letters without accents, in lower case, and digits; a dash between words."""
    letters = unicodedata.normalize("NFKD", text.lower().replace("ß", "ss"))
    kept = "".join(letter if letter.isalnum() else " " for letter in letters if letter.isascii())
    return "-".join(kept.split())
