"""The bus that an installation has chosen."""

from parchemin.common.bus.kafka import KafkaBus, KafkaSettings
from parchemin.common.bus.local import LocalBus
from parchemin.common.bus.protocol import Bus
from parchemin.common.settings import house


def open_bus(service: str) -> Bus:
    """A service's own part in the bus, by `PARCHEMIN_BUS`. A local one reaches only those that it is shared with."""
    return KafkaBus(KafkaSettings(), service) if house().bus == "kafka" else LocalBus()
