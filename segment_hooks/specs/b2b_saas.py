"""Typed events: Segment's B2B SaaS spec.

Accounts and their users, from signing up to the end of a trial. No property is required.

Made from the plan by `segment-hooks types`: change the plan, not this file.
"""

from __future__ import annotations

from typing import Unpack

from msgspec import UNSET, Struct, UnsetType
from segment_hooks import WebhookEventRouter
from segment_hooks.tracking_plan.typed import Call, OnTrack, R, TrackClient, handle_track


class AccountAddedUser(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Account Added User'.

    A user belongs to an account now.
    """

    role: str | UnsetType = UNSET
    """What the user is allowed in the account."""


def track_account_added_user(
    client: TrackClient[R],
    properties: AccountAddedUser | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Account Added User'."""
    return client.event.track(event="Account Added User", properties=properties, **call)


def on_track_account_added_user(router: WebhookEventRouter) -> OnTrack[AccountAddedUser]:
    """Decorate a handler of the event 'Account Added User'."""
    return handle_track(router, AccountAddedUser, "Account Added User")


class AccountCreated(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Account Created'.

    A new account; its id is `context.groupId`.
    """

    account_name: str | UnsetType = UNSET


def track_account_created(client: TrackClient[R], properties: AccountCreated | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Account Created'."""
    return client.event.track(event="Account Created", properties=properties, **call)


def on_track_account_created(router: WebhookEventRouter) -> OnTrack[AccountCreated]:
    """Decorate a handler of the event 'Account Created'."""
    return handle_track(router, AccountCreated, "Account Created")


class AccountDeleted(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Account Deleted'.

    An account was deleted; its id is `context.groupId`.
    """

    account_name: str | UnsetType = UNSET


def track_account_deleted(client: TrackClient[R], properties: AccountDeleted | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Account Deleted'."""
    return client.event.track(event="Account Deleted", properties=properties, **call)


def on_track_account_deleted(router: WebhookEventRouter) -> OnTrack[AccountDeleted]:
    """Decorate a handler of the event 'Account Deleted'."""
    return handle_track(router, AccountDeleted, "Account Deleted")


class AccountRemovedUser(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Account Removed User'.

    A user does not belong to an account any more.
    """


def track_account_removed_user(
    client: TrackClient[R],
    properties: AccountRemovedUser | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Account Removed User'."""
    return client.event.track(event="Account Removed User", properties=properties, **call)


def on_track_account_removed_user(router: WebhookEventRouter) -> OnTrack[AccountRemovedUser]:
    """Decorate a handler of the event 'Account Removed User'."""
    return handle_track(router, AccountRemovedUser, "Account Removed User")


class InviteSent(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Invite Sent'.

    Somebody has invited another person.
    """

    invitee_email: str | UnsetType = UNSET
    invitee_first_name: str | UnsetType = UNSET
    invitee_last_name: str | UnsetType = UNSET
    invitee_role: str | UnsetType = UNSET
    """What the person will be allowed."""


def track_invite_sent(client: TrackClient[R], properties: InviteSent | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Invite Sent'."""
    return client.event.track(event="Invite Sent", properties=properties, **call)


def on_track_invite_sent(router: WebhookEventRouter) -> OnTrack[InviteSent]:
    """Decorate a handler of the event 'Invite Sent'."""
    return handle_track(router, InviteSent, "Invite Sent")


class SignedIn(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Signed In'.

    Somebody has signed in.
    """

    username: str | UnsetType = UNSET


def track_signed_in(client: TrackClient[R], properties: SignedIn | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Signed In'."""
    return client.event.track(event="Signed In", properties=properties, **call)


def on_track_signed_in(router: WebhookEventRouter) -> OnTrack[SignedIn]:
    """Decorate a handler of the event 'Signed In'."""
    return handle_track(router, SignedIn, "Signed In")


class SignedOut(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Signed Out'.

    Somebody has signed out.
    """

    username: str | UnsetType = UNSET


def track_signed_out(client: TrackClient[R], properties: SignedOut | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Signed Out'."""
    return client.event.track(event="Signed Out", properties=properties, **call)


def on_track_signed_out(router: WebhookEventRouter) -> OnTrack[SignedOut]:
    """Decorate a handler of the event 'Signed Out'."""
    return handle_track(router, SignedOut, "Signed Out")


class SignedUp(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Signed Up'.

    Somebody has signed up.
    """

    email: str | UnsetType = UNSET
    first_name: str | UnsetType = UNSET
    last_name: str | UnsetType = UNSET
    phone: str | UnsetType = UNSET
    title: str | UnsetType = UNSET
    type: str | UnsetType = UNSET
    """Such as `invited` or `organic`."""
    username: str | UnsetType = UNSET


def track_signed_up(client: TrackClient[R], properties: SignedUp | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Signed Up'."""
    return client.event.track(event="Signed Up", properties=properties, **call)


def on_track_signed_up(router: WebhookEventRouter) -> OnTrack[SignedUp]:
    """Decorate a handler of the event 'Signed Up'."""
    return handle_track(router, SignedUp, "Signed Up")


class TrialEnded(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Trial Ended'.

    A trial is over.
    """

    trial_end_date: str | UnsetType = UNSET
    """Last day. As ISO 8601 has it."""
    trial_plan_name: str | UnsetType = UNSET
    """Which plan is tried."""
    trial_start_date: str | UnsetType = UNSET
    """First day. As ISO 8601 has it."""


def track_trial_ended(client: TrackClient[R], properties: TrialEnded | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Trial Ended'."""
    return client.event.track(event="Trial Ended", properties=properties, **call)


def on_track_trial_ended(router: WebhookEventRouter) -> OnTrack[TrialEnded]:
    """Decorate a handler of the event 'Trial Ended'."""
    return handle_track(router, TrialEnded, "Trial Ended")


class TrialStarted(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Trial Started'.

    A trial has begun.
    """

    trial_end_date: str | UnsetType = UNSET
    """Last day. As ISO 8601 has it."""
    trial_plan_name: str | UnsetType = UNSET
    """Which plan is tried."""
    trial_start_date: str | UnsetType = UNSET
    """First day. As ISO 8601 has it."""


def track_trial_started(client: TrackClient[R], properties: TrialStarted | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Trial Started'."""
    return client.event.track(event="Trial Started", properties=properties, **call)


def on_track_trial_started(router: WebhookEventRouter) -> OnTrack[TrialStarted]:
    """Decorate a handler of the event 'Trial Started'."""
    return handle_track(router, TrialStarted, "Trial Started")
