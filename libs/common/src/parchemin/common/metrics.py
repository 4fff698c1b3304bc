"""What is counted and measured of a service, in the form that Prometheus reads.

One registry for the process; a label tells the services of one process apart. The values of labels are names of this
house (services, topics, types of event, route templates), never anything that a caller sent.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics

from parchemin.common.clock import utc_now

disable_created_metrics()  # type: ignore[no-untyped-call]  # it has no annotations

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

UNMATCHED = "unmatched"
"""The route of requests for which there is none."""
UNREADABLE = "unreadable"
"""The type of events that could not be read."""
OTHER_METHOD = "other"

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_FAST = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
_SLOW = (*_FAST, 30, 120, 600, 3600)
"""A broker may be away for long: the delay of events shows it."""

_http_seconds = Histogram(
    "parchemin_http_request_seconds",
    "Time from a request's arrival to the end of its answer.",
    ["service", "method", "route", "status"],
    buckets=_FAST,
    registry=REGISTRY,
)
_published = Counter(
    "parchemin_events_published", "Events that are safe on the bus.", ["service", "topic"], registry=REGISTRY
)
_publish_failures = Counter(
    "parchemin_publish_failures",
    "Events that the bus did not take; they are tried again.",
    ["service"],
    registry=REGISTRY,
)
_leading = Gauge(
    "parchemin_relay_leading",
    "1 where this process's relay publishes, 0 where it stands by.",
    ["service"],
    registry=REGISTRY,
)
_handled = Counter(
    "parchemin_events_handled",
    "Events received, by what came of them.",
    ["service", "type", "outcome"],
    registry=REGISTRY,
)
_delay = Histogram(
    "parchemin_event_delay_seconds",
    "From the time of an event to the commit of its effect here.",
    ["service", "type"],
    buckets=_SLOW,
    registry=REGISTRY,
)
_lag = Gauge(
    "parchemin_consumer_lag",
    "Messages of a partition that are published and not yet handled here.",
    ["service", "topic", "partition"],
    registry=REGISTRY,
)


class Outcome(StrEnum):
    """What came of an event that was received."""

    APPLIED = "applied"
    REPEATED = "repeated"
    PARKED = "parked"


def request_answered(service: str, *, method: str, route: str | None, status: int, seconds: float) -> None:
    """One request. `route` is the template (`/v1/candidates/{candidate_id}`), None where none matched."""
    known = method if method in _METHODS else OTHER_METHOD
    _http_seconds.labels(service, known, route or UNMATCHED, str(status)).observe(seconds)


def events_published(service: str, topic: str, events: int) -> None:
    """The bus has them."""
    _published.labels(service, topic).inc(events)


def publish_failed(service: str, events: int = 1) -> None:
    """The bus did not take these; they are tried again."""
    _publish_failures.labels(service).inc(events)


def relay_leads(service: str, leads: bool) -> None:
    """Whether this process's relay is the one that publishes."""
    _leading.labels(service).set(leads)


def event_handled(service: str, event_type: str, outcome: Outcome, *, since: datetime | None = None) -> None:
    """An event's end. `since` is the event's own time, given where its effect has just been committed."""
    _handled.labels(service, event_type, outcome).inc()
    if since is not None:
        _delay.labels(service, event_type).observe(max(0.0, (utc_now() - since).total_seconds()))


def consumer_lags(service: str, messages: Mapping[tuple[str, int], int]) -> None:
    """How far each topic and partition that this process reads is ahead of it; the others are another process's."""
    _lag.remove_by_labels({"service": service})
    for (topic, partition), count in messages.items():
        _lag.labels(service, topic, str(partition)).set(count)
