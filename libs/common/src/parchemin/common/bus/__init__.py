"""How events travel between services: one small protocol, and the transports behind it."""

from parchemin.common.bus.local import LocalBus
from parchemin.common.bus.protocol import Bus, BusAway, Deliver, Message, Outcome

__all__ = ["Bus", "BusAway", "Deliver", "LocalBus", "Message", "Outcome"]
