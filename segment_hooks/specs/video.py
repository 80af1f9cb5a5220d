"""Typed events: Segment's video spec.

How videos, their content and the ads in them are watched. No property is required.

Made from the plan by `segment-hooks types`: change the plan, not this file.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias, Unpack

from msgspec import UNSET, Meta, Struct, UnsetType
from segment_hooks import WebhookEventRouter
from segment_hooks.tracking_plan.typed import Call, OnTrack, R, TrackClient, handle_track


class VideoAdCompleted(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Video Ad Completed'.

    An ad has come to its end.
    """

    asset_id: str | UnsetType = UNSET
    content: dict[str, Any] | UnsetType = UNSET
    """What is known of the content around it."""
    load_type: Literal["dynamic", "linear"] | UnsetType = UNSET
    """Whether all users see the same ads."""
    pod_id: str | UnsetType = UNSET
    pod_length: int | UnsetType = UNSET
    """How many ads the pod has."""
    pod_position: int | UnsetType = UNSET
    """Among the ads of the pod."""
    position: int | UnsetType = UNSET
    """Of the playhead in this ad, in seconds."""
    publisher: str | UnsetType = UNSET
    """Who made it."""
    session_id: str | UnsetType = UNSET
    """The same for all events of one playback."""
    title: str | UnsetType = UNSET
    total_length: int | UnsetType = UNSET
    """Of the ad, in seconds."""
    type: Literal["mid-roll", "post-roll", "pre-roll"] | UnsetType = UNSET


def track_video_ad_completed(
    client: TrackClient[R],
    properties: VideoAdCompleted | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Video Ad Completed'."""
    return client.event.track(event="Video Ad Completed", properties=properties, **call)


def on_track_video_ad_completed(router: WebhookEventRouter) -> OnTrack[VideoAdCompleted]:
    """Decorate a handler of the event 'Video Ad Completed'."""
    return handle_track(router, VideoAdCompleted, "Video Ad Completed")


class VideoAdPlaying(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Video Ad Playing'.

    An ad is playing: sent every so many seconds.
    """

    asset_id: str | UnsetType = UNSET
    content: dict[str, Any] | UnsetType = UNSET
    """What is known of the content around it."""
    load_type: Literal["dynamic", "linear"] | UnsetType = UNSET
    """Whether all users see the same ads."""
    pod_id: str | UnsetType = UNSET
    pod_length: int | UnsetType = UNSET
    """How many ads the pod has."""
    pod_position: int | UnsetType = UNSET
    """Among the ads of the pod."""
    position: int | UnsetType = UNSET
    """Of the playhead in this ad, in seconds."""
    publisher: str | UnsetType = UNSET
    """Who made it."""
    quartile: Annotated[int, Meta(ge=1, le=3)] | UnsetType = UNSET
    """Which quarter of the ad is over."""
    session_id: str | UnsetType = UNSET
    """The same for all events of one playback."""
    title: str | UnsetType = UNSET
    total_length: int | UnsetType = UNSET
    """Of the ad, in seconds."""
    type: Literal["mid-roll", "post-roll", "pre-roll"] | UnsetType = UNSET


def track_video_ad_playing(client: TrackClient[R], properties: VideoAdPlaying | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Video Ad Playing'."""
    return client.event.track(event="Video Ad Playing", properties=properties, **call)


def on_track_video_ad_playing(router: WebhookEventRouter) -> OnTrack[VideoAdPlaying]:
    """Decorate a handler of the event 'Video Ad Playing'."""
    return handle_track(router, VideoAdPlaying, "Video Ad Playing")


class VideoAdStarted(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Video Ad Started'.

    An ad has begun.
    """

    asset_id: str | UnsetType = UNSET
    content: dict[str, Any] | UnsetType = UNSET
    """What is known of the content around it."""
    load_type: Literal["dynamic", "linear"] | UnsetType = UNSET
    """Whether all users see the same ads."""
    pod_id: str | UnsetType = UNSET
    pod_length: int | UnsetType = UNSET
    """How many ads the pod has."""
    pod_position: int | UnsetType = UNSET
    """Among the ads of the pod."""
    position: int | UnsetType = UNSET
    """Of the playhead in this ad, in seconds."""
    publisher: str | UnsetType = UNSET
    """Who made it."""
    session_id: str | UnsetType = UNSET
    """The same for all events of one playback."""
    title: str | UnsetType = UNSET
    total_length: int | UnsetType = UNSET
    """Of the ad, in seconds."""
    type: Literal["mid-roll", "post-roll", "pre-roll"] | UnsetType = UNSET


def track_video_ad_started(client: TrackClient[R], properties: VideoAdStarted | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Video Ad Started'."""
    return client.event.track(event="Video Ad Started", properties=properties, **call)


def on_track_video_ad_started(router: WebhookEventRouter) -> OnTrack[VideoAdStarted]:
    """Decorate a handler of the event 'Video Ad Started'."""
    return handle_track(router, VideoAdStarted, "Video Ad Started")


class VideoContentCompleted(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Video Content Completed'.

    A part of the content has come to its end.
    """

    airdate: str | UnsetType = UNSET
    """When it was first shown, as ISO 8601 has it."""
    asset_id: str | UnsetType = UNSET
    bitrate: int | UnsetType = UNSET
    """In kbit/s."""
    channel: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    episode: str | UnsetType = UNSET
    framerate: float | UnsetType = UNSET
    """In frames a second."""
    full_episode: bool | UnsetType = UNSET
    genre: str | UnsetType = UNSET
    keywords: list[str] | UnsetType = UNSET
    livestream: bool | UnsetType = UNSET
    pod_id: str | UnsetType = UNSET
    position: int | UnsetType = UNSET
    """Of the playhead in this content, in seconds, ads not included."""
    program: str | UnsetType = UNSET
    """The show."""
    publisher: str | UnsetType = UNSET
    """Who made it."""
    season: str | UnsetType = UNSET
    session_id: str | UnsetType = UNSET
    """The same for all events of one playback."""
    title: str | UnsetType = UNSET
    total_length: int | UnsetType | None = UNSET
    """In seconds; null for a livestream."""


def track_video_content_completed(
    client: TrackClient[R],
    properties: VideoContentCompleted | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Video Content Completed'."""
    return client.event.track(event="Video Content Completed", properties=properties, **call)


def on_track_video_content_completed(router: WebhookEventRouter) -> OnTrack[VideoContentCompleted]:
    """Decorate a handler of the event 'Video Content Completed'."""
    return handle_track(router, VideoContentCompleted, "Video Content Completed")


class VideoContentPlaying(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Video Content Playing'.

    A part of the content is playing: sent every so many seconds.
    """

    airdate: str | UnsetType = UNSET
    """When it was first shown, as ISO 8601 has it."""
    asset_id: str | UnsetType = UNSET
    bitrate: int | UnsetType = UNSET
    """In kbit/s."""
    channel: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    episode: str | UnsetType = UNSET
    framerate: float | UnsetType = UNSET
    """In frames a second."""
    full_episode: bool | UnsetType = UNSET
    genre: str | UnsetType = UNSET
    keywords: list[str] | UnsetType = UNSET
    livestream: bool | UnsetType = UNSET
    pod_id: str | UnsetType = UNSET
    position: int | UnsetType = UNSET
    """Of the playhead in this content, in seconds, ads not included."""
    program: str | UnsetType = UNSET
    """The show."""
    publisher: str | UnsetType = UNSET
    """Who made it."""
    season: str | UnsetType = UNSET
    session_id: str | UnsetType = UNSET
    """The same for all events of one playback."""
    title: str | UnsetType = UNSET
    total_length: int | UnsetType | None = UNSET
    """In seconds; null for a livestream."""


def track_video_content_playing(
    client: TrackClient[R],
    properties: VideoContentPlaying | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Video Content Playing'."""
    return client.event.track(event="Video Content Playing", properties=properties, **call)


def on_track_video_content_playing(router: WebhookEventRouter) -> OnTrack[VideoContentPlaying]:
    """Decorate a handler of the event 'Video Content Playing'."""
    return handle_track(router, VideoContentPlaying, "Video Content Playing")


class VideoContentStarted(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Video Content Started'.

    A part of the content has begun.
    """

    airdate: str | UnsetType = UNSET
    """When it was first shown, as ISO 8601 has it."""
    asset_id: str | UnsetType = UNSET
    bitrate: int | UnsetType = UNSET
    """In kbit/s."""
    channel: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    episode: str | UnsetType = UNSET
    framerate: float | UnsetType = UNSET
    """In frames a second."""
    full_episode: bool | UnsetType = UNSET
    genre: str | UnsetType = UNSET
    keywords: list[str] | UnsetType = UNSET
    livestream: bool | UnsetType = UNSET
    pod_id: str | UnsetType = UNSET
    position: int | UnsetType = UNSET
    """Of the playhead in this content, in seconds, ads not included."""
    program: str | UnsetType = UNSET
    """The show."""
    publisher: str | UnsetType = UNSET
    """Who made it."""
    season: str | UnsetType = UNSET
    session_id: str | UnsetType = UNSET
    """The same for all events of one playback."""
    title: str | UnsetType = UNSET
    total_length: int | UnsetType | None = UNSET
    """In seconds; null for a livestream."""


def track_video_content_started(
    client: TrackClient[R],
    properties: VideoContentStarted | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Video Content Started'."""
    return client.event.track(event="Video Content Started", properties=properties, **call)


def on_track_video_content_started(router: WebhookEventRouter) -> OnTrack[VideoContentStarted]:
    """Decorate a handler of the event 'Video Content Started'."""
    return handle_track(router, VideoContentStarted, "Video Content Started")


VideoPlaybackBufferCompletedAdType: TypeAlias = list[Literal["mid-roll", "post-roll", "pre-roll"]]


VideoPlaybackBufferCompletedAdType2: TypeAlias = Literal["mid-roll", "post-roll", "pre-roll"]


class VideoPlaybackBufferCompleted(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Video Playback Buffer Completed'.

    The player has enough data to go on.
    """

    ad_asset_id: list[str] | str | UnsetType | None = UNSET
    ad_enabled: bool | UnsetType = UNSET
    """Whether ads can be shown."""
    ad_pod_id: list[str] | str | UnsetType | None = UNSET
    ad_type: VideoPlaybackBufferCompletedAdType | VideoPlaybackBufferCompletedAdType2 | UnsetType | None = UNSET
    bitrate: int | UnsetType = UNSET
    """In kbit/s."""
    content_asset_id: list[str] | str | UnsetType = UNSET
    content_asset_ids: list[str] | UnsetType = UNSET
    content_pod_id: list[str] | str | UnsetType = UNSET
    content_pod_ids: list[str] | UnsetType = UNSET
    framerate: float | UnsetType = UNSET
    """In frames a second."""
    full_screen: bool | UnsetType = UNSET
    livestream: bool | UnsetType = UNSET
    position: int | UnsetType = UNSET
    """Of the playhead, in seconds, ads included."""
    quality: str | UnsetType = UNSET
    """Such as `hd1080`."""
    session_id: str | UnsetType = UNSET
    """The same for all events of one playback."""
    sound: Annotated[int, Meta(ge=0, le=100)] | UnsetType = UNSET
    """From 0 (muted) to 100."""
    total_length: int | UnsetType | None = UNSET
    """In seconds; null for a livestream."""
    video_player: str | UnsetType = UNSET
    """Such as `youtube`."""


def track_video_playback_buffer_completed(
    client: TrackClient[R],
    properties: VideoPlaybackBufferCompleted | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Video Playback Buffer Completed'."""
    return client.event.track(event="Video Playback Buffer Completed", properties=properties, **call)


def on_track_video_playback_buffer_completed(router: WebhookEventRouter) -> OnTrack[VideoPlaybackBufferCompleted]:
    """Decorate a handler of the event 'Video Playback Buffer Completed'."""
    return handle_track(router, VideoPlaybackBufferCompleted, "Video Playback Buffer Completed")


VideoPlaybackBufferStartedAdType: TypeAlias = list[Literal["mid-roll", "post-roll", "pre-roll"]]


VideoPlaybackBufferStartedAdType2: TypeAlias = Literal["mid-roll", "post-roll", "pre-roll"]


class VideoPlaybackBufferStarted(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Video Playback Buffer Started'.

    The player waits for data.
    """

    ad_asset_id: list[str] | str | UnsetType | None = UNSET
    ad_enabled: bool | UnsetType = UNSET
    """Whether ads can be shown."""
    ad_pod_id: list[str] | str | UnsetType | None = UNSET
    ad_type: VideoPlaybackBufferStartedAdType | VideoPlaybackBufferStartedAdType2 | UnsetType | None = UNSET
    bitrate: int | UnsetType = UNSET
    """In kbit/s."""
    content_asset_id: list[str] | str | UnsetType = UNSET
    content_asset_ids: list[str] | UnsetType = UNSET
    content_pod_id: list[str] | str | UnsetType = UNSET
    content_pod_ids: list[str] | UnsetType = UNSET
    framerate: float | UnsetType = UNSET
    """In frames a second."""
    full_screen: bool | UnsetType = UNSET
    livestream: bool | UnsetType = UNSET
    position: int | UnsetType = UNSET
    """Of the playhead, in seconds, ads included."""
    quality: str | UnsetType = UNSET
    """Such as `hd1080`."""
    session_id: str | UnsetType = UNSET
    """The same for all events of one playback."""
    sound: Annotated[int, Meta(ge=0, le=100)] | UnsetType = UNSET
    """From 0 (muted) to 100."""
    total_length: int | UnsetType | None = UNSET
    """In seconds; null for a livestream."""
    video_player: str | UnsetType = UNSET
    """Such as `youtube`."""


def track_video_playback_buffer_started(
    client: TrackClient[R],
    properties: VideoPlaybackBufferStarted | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Video Playback Buffer Started'."""
    return client.event.track(event="Video Playback Buffer Started", properties=properties, **call)


def on_track_video_playback_buffer_started(router: WebhookEventRouter) -> OnTrack[VideoPlaybackBufferStarted]:
    """Decorate a handler of the event 'Video Playback Buffer Started'."""
    return handle_track(router, VideoPlaybackBufferStarted, "Video Playback Buffer Started")


VideoPlaybackCompletedAdType: TypeAlias = list[Literal["mid-roll", "post-roll", "pre-roll"]]


VideoPlaybackCompletedAdType2: TypeAlias = Literal["mid-roll", "post-roll", "pre-roll"]


class VideoPlaybackCompleted(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Video Playback Completed'.

    Playback has come to its end.
    """

    ad_asset_id: list[str] | str | UnsetType | None = UNSET
    ad_enabled: bool | UnsetType = UNSET
    """Whether ads can be shown."""
    ad_pod_id: list[str] | str | UnsetType | None = UNSET
    ad_type: VideoPlaybackCompletedAdType | VideoPlaybackCompletedAdType2 | UnsetType | None = UNSET
    bitrate: int | UnsetType = UNSET
    """In kbit/s."""
    content_asset_id: list[str] | str | UnsetType = UNSET
    content_asset_ids: list[str] | UnsetType = UNSET
    content_pod_id: list[str] | str | UnsetType = UNSET
    content_pod_ids: list[str] | UnsetType = UNSET
    framerate: float | UnsetType = UNSET
    """In frames a second."""
    full_screen: bool | UnsetType = UNSET
    livestream: bool | UnsetType = UNSET
    position: int | UnsetType = UNSET
    """Of the playhead, in seconds, ads included."""
    quality: str | UnsetType = UNSET
    """Such as `hd1080`."""
    session_id: str | UnsetType = UNSET
    """The same for all events of one playback."""
    sound: Annotated[int, Meta(ge=0, le=100)] | UnsetType = UNSET
    """From 0 (muted) to 100."""
    total_length: int | UnsetType | None = UNSET
    """In seconds; null for a livestream."""
    video_player: str | UnsetType = UNSET
    """Such as `youtube`."""


def track_video_playback_completed(
    client: TrackClient[R],
    properties: VideoPlaybackCompleted | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Video Playback Completed'."""
    return client.event.track(event="Video Playback Completed", properties=properties, **call)


def on_track_video_playback_completed(router: WebhookEventRouter) -> OnTrack[VideoPlaybackCompleted]:
    """Decorate a handler of the event 'Video Playback Completed'."""
    return handle_track(router, VideoPlaybackCompleted, "Video Playback Completed")


VideoPlaybackExitedAdType: TypeAlias = list[Literal["mid-roll", "post-roll", "pre-roll"]]


VideoPlaybackExitedAdType2: TypeAlias = Literal["mid-roll", "post-roll", "pre-roll"]


class VideoPlaybackExited(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Video Playback Exited'.

    Somebody has left the video.
    """

    ad_asset_id: list[str] | str | UnsetType | None = UNSET
    ad_enabled: bool | UnsetType = UNSET
    """Whether ads can be shown."""
    ad_pod_id: list[str] | str | UnsetType | None = UNSET
    ad_type: VideoPlaybackExitedAdType | VideoPlaybackExitedAdType2 | UnsetType | None = UNSET
    bitrate: int | UnsetType = UNSET
    """In kbit/s."""
    content_asset_id: list[str] | str | UnsetType = UNSET
    content_asset_ids: list[str] | UnsetType = UNSET
    content_pod_id: list[str] | str | UnsetType = UNSET
    content_pod_ids: list[str] | UnsetType = UNSET
    framerate: float | UnsetType = UNSET
    """In frames a second."""
    full_screen: bool | UnsetType = UNSET
    livestream: bool | UnsetType = UNSET
    position: int | UnsetType = UNSET
    """Of the playhead, in seconds, ads included."""
    quality: str | UnsetType = UNSET
    """Such as `hd1080`."""
    session_id: str | UnsetType = UNSET
    """The same for all events of one playback."""
    sound: Annotated[int, Meta(ge=0, le=100)] | UnsetType = UNSET
    """From 0 (muted) to 100."""
    total_length: int | UnsetType | None = UNSET
    """In seconds; null for a livestream."""
    video_player: str | UnsetType = UNSET
    """Such as `youtube`."""


def track_video_playback_exited(
    client: TrackClient[R],
    properties: VideoPlaybackExited | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Video Playback Exited'."""
    return client.event.track(event="Video Playback Exited", properties=properties, **call)


def on_track_video_playback_exited(router: WebhookEventRouter) -> OnTrack[VideoPlaybackExited]:
    """Decorate a handler of the event 'Video Playback Exited'."""
    return handle_track(router, VideoPlaybackExited, "Video Playback Exited")


VideoPlaybackInterruptedAdType: TypeAlias = list[Literal["mid-roll", "post-roll", "pre-roll"]]


VideoPlaybackInterruptedAdType2: TypeAlias = Literal["mid-roll", "post-roll", "pre-roll"]


class VideoPlaybackInterrupted(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Video Playback Interrupted'.

    Playback has stopped though nobody wanted it to.
    """

    ad_asset_id: list[str] | str | UnsetType | None = UNSET
    ad_enabled: bool | UnsetType = UNSET
    """Whether ads can be shown."""
    ad_pod_id: list[str] | str | UnsetType | None = UNSET
    ad_type: VideoPlaybackInterruptedAdType | VideoPlaybackInterruptedAdType2 | UnsetType | None = UNSET
    bitrate: int | UnsetType = UNSET
    """In kbit/s."""
    content_asset_id: list[str] | str | UnsetType = UNSET
    content_asset_ids: list[str] | UnsetType = UNSET
    content_pod_id: list[str] | str | UnsetType = UNSET
    content_pod_ids: list[str] | UnsetType = UNSET
    framerate: float | UnsetType = UNSET
    """In frames a second."""
    full_screen: bool | UnsetType = UNSET
    livestream: bool | UnsetType = UNSET
    method: str | UnsetType = UNSET
    """What interrupted it, such as a call."""
    position: int | UnsetType = UNSET
    """Of the playhead, in seconds, ads included."""
    quality: str | UnsetType = UNSET
    """Such as `hd1080`."""
    session_id: str | UnsetType = UNSET
    """The same for all events of one playback."""
    sound: Annotated[int, Meta(ge=0, le=100)] | UnsetType = UNSET
    """From 0 (muted) to 100."""
    total_length: int | UnsetType | None = UNSET
    """In seconds; null for a livestream."""
    video_player: str | UnsetType = UNSET
    """Such as `youtube`."""


def track_video_playback_interrupted(
    client: TrackClient[R],
    properties: VideoPlaybackInterrupted | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Video Playback Interrupted'."""
    return client.event.track(event="Video Playback Interrupted", properties=properties, **call)


def on_track_video_playback_interrupted(router: WebhookEventRouter) -> OnTrack[VideoPlaybackInterrupted]:
    """Decorate a handler of the event 'Video Playback Interrupted'."""
    return handle_track(router, VideoPlaybackInterrupted, "Video Playback Interrupted")


VideoPlaybackPausedAdType: TypeAlias = list[Literal["mid-roll", "post-roll", "pre-roll"]]


VideoPlaybackPausedAdType2: TypeAlias = Literal["mid-roll", "post-roll", "pre-roll"]


class VideoPlaybackPaused(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Video Playback Paused'.

    Somebody has pressed pause.
    """

    ad_asset_id: list[str] | str | UnsetType | None = UNSET
    ad_enabled: bool | UnsetType = UNSET
    """Whether ads can be shown."""
    ad_pod_id: list[str] | str | UnsetType | None = UNSET
    ad_type: VideoPlaybackPausedAdType | VideoPlaybackPausedAdType2 | UnsetType | None = UNSET
    bitrate: int | UnsetType = UNSET
    """In kbit/s."""
    content_asset_id: list[str] | str | UnsetType = UNSET
    content_asset_ids: list[str] | UnsetType = UNSET
    content_pod_id: list[str] | str | UnsetType = UNSET
    content_pod_ids: list[str] | UnsetType = UNSET
    framerate: float | UnsetType = UNSET
    """In frames a second."""
    full_screen: bool | UnsetType = UNSET
    livestream: bool | UnsetType = UNSET
    position: int | UnsetType = UNSET
    """Of the playhead, in seconds, ads included."""
    quality: str | UnsetType = UNSET
    """Such as `hd1080`."""
    session_id: str | UnsetType = UNSET
    """The same for all events of one playback."""
    sound: Annotated[int, Meta(ge=0, le=100)] | UnsetType = UNSET
    """From 0 (muted) to 100."""
    total_length: int | UnsetType | None = UNSET
    """In seconds; null for a livestream."""
    video_player: str | UnsetType = UNSET
    """Such as `youtube`."""


def track_video_playback_paused(
    client: TrackClient[R],
    properties: VideoPlaybackPaused | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Video Playback Paused'."""
    return client.event.track(event="Video Playback Paused", properties=properties, **call)


def on_track_video_playback_paused(router: WebhookEventRouter) -> OnTrack[VideoPlaybackPaused]:
    """Decorate a handler of the event 'Video Playback Paused'."""
    return handle_track(router, VideoPlaybackPaused, "Video Playback Paused")


VideoPlaybackResumedAdType: TypeAlias = list[Literal["mid-roll", "post-roll", "pre-roll"]]


VideoPlaybackResumedAdType2: TypeAlias = Literal["mid-roll", "post-roll", "pre-roll"]


class VideoPlaybackResumed(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Video Playback Resumed'.

    Playback goes on after a pause.
    """

    ad_asset_id: list[str] | str | UnsetType | None = UNSET
    ad_enabled: bool | UnsetType = UNSET
    """Whether ads can be shown."""
    ad_pod_id: list[str] | str | UnsetType | None = UNSET
    ad_type: VideoPlaybackResumedAdType | VideoPlaybackResumedAdType2 | UnsetType | None = UNSET
    bitrate: int | UnsetType = UNSET
    """In kbit/s."""
    content_asset_id: list[str] | str | UnsetType = UNSET
    content_asset_ids: list[str] | UnsetType = UNSET
    content_pod_id: list[str] | str | UnsetType = UNSET
    content_pod_ids: list[str] | UnsetType = UNSET
    framerate: float | UnsetType = UNSET
    """In frames a second."""
    full_screen: bool | UnsetType = UNSET
    livestream: bool | UnsetType = UNSET
    position: int | UnsetType = UNSET
    """Of the playhead, in seconds, ads included."""
    quality: str | UnsetType = UNSET
    """Such as `hd1080`."""
    session_id: str | UnsetType = UNSET
    """The same for all events of one playback."""
    sound: Annotated[int, Meta(ge=0, le=100)] | UnsetType = UNSET
    """From 0 (muted) to 100."""
    total_length: int | UnsetType | None = UNSET
    """In seconds; null for a livestream."""
    video_player: str | UnsetType = UNSET
    """Such as `youtube`."""


def track_video_playback_resumed(
    client: TrackClient[R],
    properties: VideoPlaybackResumed | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Video Playback Resumed'."""
    return client.event.track(event="Video Playback Resumed", properties=properties, **call)


def on_track_video_playback_resumed(router: WebhookEventRouter) -> OnTrack[VideoPlaybackResumed]:
    """Decorate a handler of the event 'Video Playback Resumed'."""
    return handle_track(router, VideoPlaybackResumed, "Video Playback Resumed")


VideoPlaybackSeekCompletedAdType: TypeAlias = list[Literal["mid-roll", "post-roll", "pre-roll"]]


VideoPlaybackSeekCompletedAdType2: TypeAlias = Literal["mid-roll", "post-roll", "pre-roll"]


class VideoPlaybackSeekCompleted(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Video Playback Seek Completed'.

    Somebody has gone to another position: the event's.
    """

    ad_asset_id: list[str] | str | UnsetType | None = UNSET
    ad_enabled: bool | UnsetType = UNSET
    """Whether ads can be shown."""
    ad_pod_id: list[str] | str | UnsetType | None = UNSET
    ad_type: VideoPlaybackSeekCompletedAdType | VideoPlaybackSeekCompletedAdType2 | UnsetType | None = UNSET
    bitrate: int | UnsetType = UNSET
    """In kbit/s."""
    content_asset_id: list[str] | str | UnsetType = UNSET
    content_asset_ids: list[str] | UnsetType = UNSET
    content_pod_id: list[str] | str | UnsetType = UNSET
    content_pod_ids: list[str] | UnsetType = UNSET
    framerate: float | UnsetType = UNSET
    """In frames a second."""
    full_screen: bool | UnsetType = UNSET
    livestream: bool | UnsetType = UNSET
    position: int | UnsetType = UNSET
    """Of the playhead, in seconds, ads included."""
    quality: str | UnsetType = UNSET
    """Such as `hd1080`."""
    session_id: str | UnsetType = UNSET
    """The same for all events of one playback."""
    sound: Annotated[int, Meta(ge=0, le=100)] | UnsetType = UNSET
    """From 0 (muted) to 100."""
    total_length: int | UnsetType | None = UNSET
    """In seconds; null for a livestream."""
    video_player: str | UnsetType = UNSET
    """Such as `youtube`."""


def track_video_playback_seek_completed(
    client: TrackClient[R],
    properties: VideoPlaybackSeekCompleted | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Video Playback Seek Completed'."""
    return client.event.track(event="Video Playback Seek Completed", properties=properties, **call)


def on_track_video_playback_seek_completed(router: WebhookEventRouter) -> OnTrack[VideoPlaybackSeekCompleted]:
    """Decorate a handler of the event 'Video Playback Seek Completed'."""
    return handle_track(router, VideoPlaybackSeekCompleted, "Video Playback Seek Completed")


VideoPlaybackSeekStartedAdType: TypeAlias = list[Literal["mid-roll", "post-roll", "pre-roll"]]


VideoPlaybackSeekStartedAdType2: TypeAlias = Literal["mid-roll", "post-roll", "pre-roll"]


class VideoPlaybackSeekStarted(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Video Playback Seek Started'.

    Somebody goes to another position.
    """

    ad_asset_id: list[str] | str | UnsetType | None = UNSET
    ad_enabled: bool | UnsetType = UNSET
    """Whether ads can be shown."""
    ad_pod_id: list[str] | str | UnsetType | None = UNSET
    ad_type: VideoPlaybackSeekStartedAdType | VideoPlaybackSeekStartedAdType2 | UnsetType | None = UNSET
    bitrate: int | UnsetType = UNSET
    """In kbit/s."""
    content_asset_id: list[str] | str | UnsetType = UNSET
    content_asset_ids: list[str] | UnsetType = UNSET
    content_pod_id: list[str] | str | UnsetType = UNSET
    content_pod_ids: list[str] | UnsetType = UNSET
    framerate: float | UnsetType = UNSET
    """In frames a second."""
    full_screen: bool | UnsetType = UNSET
    livestream: bool | UnsetType = UNSET
    position: int | UnsetType = UNSET
    """Of the playhead, in seconds, ads included."""
    quality: str | UnsetType = UNSET
    """Such as `hd1080`."""
    seek_position: int | UnsetType = UNSET
    """Where to, in seconds."""
    session_id: str | UnsetType = UNSET
    """The same for all events of one playback."""
    sound: Annotated[int, Meta(ge=0, le=100)] | UnsetType = UNSET
    """From 0 (muted) to 100."""
    total_length: int | UnsetType | None = UNSET
    """In seconds; null for a livestream."""
    video_player: str | UnsetType = UNSET
    """Such as `youtube`."""


def track_video_playback_seek_started(
    client: TrackClient[R],
    properties: VideoPlaybackSeekStarted | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Video Playback Seek Started'."""
    return client.event.track(event="Video Playback Seek Started", properties=properties, **call)


def on_track_video_playback_seek_started(router: WebhookEventRouter) -> OnTrack[VideoPlaybackSeekStarted]:
    """Decorate a handler of the event 'Video Playback Seek Started'."""
    return handle_track(router, VideoPlaybackSeekStarted, "Video Playback Seek Started")


VideoPlaybackStartedAdType: TypeAlias = list[Literal["mid-roll", "post-roll", "pre-roll"]]


VideoPlaybackStartedAdType2: TypeAlias = Literal["mid-roll", "post-roll", "pre-roll"]


class VideoPlaybackStarted(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Video Playback Started'.

    Somebody has pressed play.
    """

    ad_asset_id: list[str] | str | UnsetType | None = UNSET
    ad_enabled: bool | UnsetType = UNSET
    """Whether ads can be shown."""
    ad_pod_id: list[str] | str | UnsetType | None = UNSET
    ad_type: VideoPlaybackStartedAdType | VideoPlaybackStartedAdType2 | UnsetType | None = UNSET
    bitrate: int | UnsetType = UNSET
    """In kbit/s."""
    content_asset_id: list[str] | str | UnsetType = UNSET
    content_asset_ids: list[str] | UnsetType = UNSET
    content_pod_id: list[str] | str | UnsetType = UNSET
    content_pod_ids: list[str] | UnsetType = UNSET
    framerate: float | UnsetType = UNSET
    """In frames a second."""
    full_screen: bool | UnsetType = UNSET
    livestream: bool | UnsetType = UNSET
    position: int | UnsetType = UNSET
    """Of the playhead, in seconds, ads included."""
    quality: str | UnsetType = UNSET
    """Such as `hd1080`."""
    session_id: str | UnsetType = UNSET
    """The same for all events of one playback."""
    sound: Annotated[int, Meta(ge=0, le=100)] | UnsetType = UNSET
    """From 0 (muted) to 100."""
    total_length: int | UnsetType | None = UNSET
    """In seconds; null for a livestream."""
    video_player: str | UnsetType = UNSET
    """Such as `youtube`."""


def track_video_playback_started(
    client: TrackClient[R],
    properties: VideoPlaybackStarted | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Video Playback Started'."""
    return client.event.track(event="Video Playback Started", properties=properties, **call)


def on_track_video_playback_started(router: WebhookEventRouter) -> OnTrack[VideoPlaybackStarted]:
    """Decorate a handler of the event 'Video Playback Started'."""
    return handle_track(router, VideoPlaybackStarted, "Video Playback Started")


class VideoQualityUpdated(
    Struct,
    frozen=True,
    kw_only=True,
    rename={"dropped_frames": "droppedFrames", "startup_time": "startupTime"},
):
    """Properties of the event 'Video Quality Updated'.

    The quality has changed.
    """

    bitrate: int | UnsetType = UNSET
    """In kbit/s."""
    dropped_frames: float | UnsetType = UNSET
    framerate: float | UnsetType = UNSET
    """In frames a second."""
    startup_time: float | UnsetType = UNSET


def track_video_quality_updated(
    client: TrackClient[R],
    properties: VideoQualityUpdated | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Video Quality Updated'."""
    return client.event.track(event="Video Quality Updated", properties=properties, **call)


def on_track_video_quality_updated(router: WebhookEventRouter) -> OnTrack[VideoQualityUpdated]:
    """Decorate a handler of the event 'Video Quality Updated'."""
    return handle_track(router, VideoQualityUpdated, "Video Quality Updated")
