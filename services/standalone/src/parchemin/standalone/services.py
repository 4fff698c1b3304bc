"""The services of the product, made by their names."""

from enum import StrEnum
from functools import cache
from importlib import import_module

from fastapi import FastAPI

from parchemin.common.bus import Bus, LocalBus
from parchemin.common.http.app import create_service_app
from parchemin.common.service import Service
from parchemin.common.settings import house


class ServiceName(StrEnum):
    """The services."""

    CANDIDATES = "candidates"
    EVALUATIONS = "evaluations"
    BUDGET = "budget"
    DOCUMENTS = "documents"


def service_of(name: ServiceName, bus: Bus | None = None) -> Service:
    """A service by its settings, on the given bus or on one of its own."""
    service: Service = import_module(f"parchemin.{name}.app").create_service(bus=bus)
    return service


def shared_bus() -> Bus | None:
    """What the services of one process share: the local bus, where it is the installation's; else each has its own."""
    return LocalBus() if house().bus == "local" else None


def create_services() -> dict[str, FastAPI]:
    """The four applications of one process."""
    bus = shared_bus()
    return {str(name): create_service_app(service_of(name, bus)) for name in ServiceName}


@cache
def topics_read_by(name: ServiceName) -> frozenset[str]:
    """The topics that a service's consumer takes events from."""
    consumer = service_of(name, LocalBus()).consumer
    return frozenset() if consumer is None else consumer.topics
