"""Typed events: Segment's native mobile spec.

The life of an app on a device, and the campaigns that lead to it. No property is required.

Made from the plan by `segment-hooks types`: change the plan, not this file.
"""

from __future__ import annotations

from typing import Unpack

from msgspec import UNSET, Struct, UnsetType
from segment_hooks import WebhookEventRouter
from segment_hooks.tracking_plan.typed import Call, OnTrack, R, TrackClient, handle_track


class ApplicationBackgrounded(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Application Backgrounded'.

    The app went to the back.
    """


def track_application_backgrounded(
    client: TrackClient[R],
    properties: ApplicationBackgrounded | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Application Backgrounded'."""
    return client.event.track(event="Application Backgrounded", properties=properties, **call)


def on_track_application_backgrounded(router: WebhookEventRouter) -> OnTrack[ApplicationBackgrounded]:
    """Decorate a handler of the event 'Application Backgrounded'."""
    return handle_track(router, ApplicationBackgrounded, "Application Backgrounded")


class ApplicationCrashed(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Application Crashed'.

    The app has crashed.
    """


def track_application_crashed(
    client: TrackClient[R],
    properties: ApplicationCrashed | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Application Crashed'."""
    return client.event.track(event="Application Crashed", properties=properties, **call)


def on_track_application_crashed(router: WebhookEventRouter) -> OnTrack[ApplicationCrashed]:
    """Decorate a handler of the event 'Application Crashed'."""
    return handle_track(router, ApplicationCrashed, "Application Crashed")


class ApplicationForegrounded(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Application Foregrounded'.

    The app came to the front.
    """


def track_application_foregrounded(
    client: TrackClient[R],
    properties: ApplicationForegrounded | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Application Foregrounded'."""
    return client.event.track(event="Application Foregrounded", properties=properties, **call)


def on_track_application_foregrounded(router: WebhookEventRouter) -> OnTrack[ApplicationForegrounded]:
    """Decorate a handler of the event 'Application Foregrounded'."""
    return handle_track(router, ApplicationForegrounded, "Application Foregrounded")


class ApplicationInstalled(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Application Installed'.

    The app was opened for the first time.
    """

    build: str | UnsetType = UNSET
    version: str | UnsetType = UNSET


def track_application_installed(
    client: TrackClient[R],
    properties: ApplicationInstalled | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Application Installed'."""
    return client.event.track(event="Application Installed", properties=properties, **call)


def on_track_application_installed(router: WebhookEventRouter) -> OnTrack[ApplicationInstalled]:
    """Decorate a handler of the event 'Application Installed'."""
    return handle_track(router, ApplicationInstalled, "Application Installed")


class ApplicationOpened(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Application Opened'.

    The app was started, or came to the front.
    """

    build: str | UnsetType = UNSET
    from_background: bool | UnsetType = UNSET
    """Whether it was running already."""
    referring_application: str | UnsetType = UNSET
    """Which opened it; iOS only."""
    url: str | UnsetType = UNSET
    """Which it was opened with; iOS only."""
    version: str | UnsetType = UNSET


def track_application_opened(
    client: TrackClient[R],
    properties: ApplicationOpened | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Application Opened'."""
    return client.event.track(event="Application Opened", properties=properties, **call)


def on_track_application_opened(router: WebhookEventRouter) -> OnTrack[ApplicationOpened]:
    """Decorate a handler of the event 'Application Opened'."""
    return handle_track(router, ApplicationOpened, "Application Opened")


class ApplicationUninstalled(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Application Uninstalled'.

    The app was removed.
    """


def track_application_uninstalled(
    client: TrackClient[R],
    properties: ApplicationUninstalled | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Application Uninstalled'."""
    return client.event.track(event="Application Uninstalled", properties=properties, **call)


def on_track_application_uninstalled(router: WebhookEventRouter) -> OnTrack[ApplicationUninstalled]:
    """Decorate a handler of the event 'Application Uninstalled'."""
    return handle_track(router, ApplicationUninstalled, "Application Uninstalled")


class ApplicationUpdated(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Application Updated'.

    The app was opened for the first time in a new version.
    """

    build: str | UnsetType = UNSET
    previous_build: str | UnsetType = UNSET
    previous_version: str | UnsetType = UNSET
    version: str | UnsetType = UNSET


def track_application_updated(
    client: TrackClient[R],
    properties: ApplicationUpdated | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Application Updated'."""
    return client.event.track(event="Application Updated", properties=properties, **call)


def on_track_application_updated(router: WebhookEventRouter) -> OnTrack[ApplicationUpdated]:
    """Decorate a handler of the event 'Application Updated'."""
    return handle_track(router, ApplicationUpdated, "Application Updated")


class DeepLinkClicked(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Deep Link Clicked'.

    A link into the app was clicked.
    """

    provider: str | UnsetType = UNSET
    """Of the link."""
    url: str | UnsetType = UNSET
    """Of the link."""


def track_deep_link_clicked(
    client: TrackClient[R],
    properties: DeepLinkClicked | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Deep Link Clicked'."""
    return client.event.track(event="Deep Link Clicked", properties=properties, **call)


def on_track_deep_link_clicked(router: WebhookEventRouter) -> OnTrack[DeepLinkClicked]:
    """Decorate a handler of the event 'Deep Link Clicked'."""
    return handle_track(router, DeepLinkClicked, "Deep Link Clicked")


class DeepLinkOpened(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Deep Link Opened'.

    The app was opened by a link into it.
    """

    provider: str | UnsetType = UNSET
    """Of the link."""
    url: str | UnsetType = UNSET
    """In the app."""


def track_deep_link_opened(client: TrackClient[R], properties: DeepLinkOpened | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Deep Link Opened'."""
    return client.event.track(event="Deep Link Opened", properties=properties, **call)


def on_track_deep_link_opened(router: WebhookEventRouter) -> OnTrack[DeepLinkOpened]:
    """Decorate a handler of the event 'Deep Link Opened'."""
    return handle_track(router, DeepLinkOpened, "Deep Link Opened")


class InstallAttributedCampaign(Struct, frozen=True, kw_only=True):
    """Part of `InstallAttributed`, in `campaign`."""

    ad_creative: str | UnsetType = UNSET
    ad_group: str | UnsetType = UNSET
    content: str | UnsetType = UNSET
    medium: str | UnsetType = UNSET
    """What kind of link or message it was."""
    name: str | UnsetType = UNSET
    source: str | UnsetType = UNSET
    """Who sent it, or where it was shown."""


class InstallAttributed(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Install Attributed'.

    It became known what led to an installation.
    """

    campaign: InstallAttributedCampaign | UnsetType = UNSET
    provider: str | UnsetType = UNSET
    """Who found out."""


def track_install_attributed(
    client: TrackClient[R],
    properties: InstallAttributed | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Install Attributed'."""
    return client.event.track(event="Install Attributed", properties=properties, **call)


def on_track_install_attributed(router: WebhookEventRouter) -> OnTrack[InstallAttributed]:
    """Decorate a handler of the event 'Install Attributed'."""
    return handle_track(router, InstallAttributed, "Install Attributed")


class PushNotificationBouncedCampaign(Struct, frozen=True, kw_only=True):
    """Part of `PushNotificationBounced`, in `campaign`."""

    content: str | UnsetType = UNSET
    medium: str | UnsetType = UNSET
    """What kind of link or message it was."""
    name: str | UnsetType = UNSET
    source: str | UnsetType = UNSET
    """Who sent it, or where it was shown."""


class PushNotificationBounced(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Push Notification Bounced'.

    A push notification could not be delivered.
    """

    action: str | UnsetType = UNSET
    campaign: PushNotificationBouncedCampaign | UnsetType = UNSET


def track_push_notification_bounced(
    client: TrackClient[R],
    properties: PushNotificationBounced | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Push Notification Bounced'."""
    return client.event.track(event="Push Notification Bounced", properties=properties, **call)


def on_track_push_notification_bounced(router: WebhookEventRouter) -> OnTrack[PushNotificationBounced]:
    """Decorate a handler of the event 'Push Notification Bounced'."""
    return handle_track(router, PushNotificationBounced, "Push Notification Bounced")


class PushNotificationReceivedCampaign(Struct, frozen=True, kw_only=True):
    """Part of `PushNotificationReceived`, in `campaign`."""

    content: str | UnsetType = UNSET
    medium: str | UnsetType = UNSET
    """What kind of link or message it was."""
    name: str | UnsetType = UNSET
    source: str | UnsetType = UNSET
    """Who sent it, or where it was shown."""


class PushNotificationReceived(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Push Notification Received'.

    A push notification has arrived.
    """

    campaign: PushNotificationReceivedCampaign | UnsetType = UNSET


def track_push_notification_received(
    client: TrackClient[R],
    properties: PushNotificationReceived | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Push Notification Received'."""
    return client.event.track(event="Push Notification Received", properties=properties, **call)


def on_track_push_notification_received(router: WebhookEventRouter) -> OnTrack[PushNotificationReceived]:
    """Decorate a handler of the event 'Push Notification Received'."""
    return handle_track(router, PushNotificationReceived, "Push Notification Received")


class PushNotificationTappedCampaign(Struct, frozen=True, kw_only=True):
    """Part of `PushNotificationTapped`, in `campaign`."""

    content: str | UnsetType = UNSET
    medium: str | UnsetType = UNSET
    """What kind of link or message it was."""
    name: str | UnsetType = UNSET
    source: str | UnsetType = UNSET
    """Who sent it, or where it was shown."""


class PushNotificationTapped(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Push Notification Tapped'.

    A push notification was tapped.
    """

    action: str | UnsetType = UNSET
    """Which of its actions; `Open` if it has none."""
    campaign: PushNotificationTappedCampaign | UnsetType = UNSET


def track_push_notification_tapped(
    client: TrackClient[R],
    properties: PushNotificationTapped | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Push Notification Tapped'."""
    return client.event.track(event="Push Notification Tapped", properties=properties, **call)


def on_track_push_notification_tapped(router: WebhookEventRouter) -> OnTrack[PushNotificationTapped]:
    """Decorate a handler of the event 'Push Notification Tapped'."""
    return handle_track(router, PushNotificationTapped, "Push Notification Tapped")
