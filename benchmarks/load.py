"""Running the load generator, and what it saw."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness import NotMeasured
from benchmarks.http_load import Request, write_requests


@dataclass(frozen=True, slots=True)
class Load:
    """One run of the generator."""

    requests: int
    seconds: float
    latencies: list[float]
    """In seconds, ascending."""

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds

    def percentile(self, share: float) -> float:
        """The latency that this share of the requests kept to, in milliseconds."""
        return self.latencies[min(int(len(self.latencies) * share), len(self.latencies) - 1)] * 1000


async def load(port: int, connections: int, requests: Sequence[Request], file: Path, *, expected: int) -> Load:
    """Send the requests; all must be answered with the expected status."""
    write_requests(file, requests)
    arguments = ["-m", "benchmarks.http_load", "127.0.0.1", str(port), str(connections), str(file)]
    generator = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.PIPE)
    told, _ = await generator.communicate()
    if generator.returncode != 0:
        raise NotMeasured(f"the load generator ended with {generator.returncode}")
    seen = json.loads(told)
    if seen["statuses"] != {str(expected): len(requests)}:
        raise NotMeasured(f"answers by status: {seen['statuses']}")
    return Load(len(requests), seen["seconds"], sorted(seen["latencies"]))
