"""How events travel between services: one small protocol, and the transports behind it."""

from parchemin.common.bus.local import LocalBus
from parchemin.common.bus.protocol import Bus, Deliver, Message

__all__ = ["Bus", "Deliver", "LocalBus", "Message"]
