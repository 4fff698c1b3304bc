"""The load generator: a process of its own that sends prepared requests over a few connections, one after another each.

It speaks just enough HTTP/1.1 for that over bare sockets: a client library would cost more than the servers that are
measured here. `python -m benchmarks.http_load HOST PORT CONNECTIONS FILE` prints what it saw as JSON.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import uvloop

_LENGTH_BYTES = 4


@dataclass(frozen=True, slots=True)
class Request:
    """One request that is to be sent."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def to_bytes(self) -> bytes:
        """The request as it goes over the wire."""
        fields = "".join(f"{name}: {value}\r\n" for name, value in self.headers)
        head = f"{self.method} {self.path} HTTP/1.1\r\nHost: bench\r\n{fields}Content-Length: {len(self.body)}\r\n\r\n"
        return head.encode() + self.body


def write_requests(file: Path, requests: Iterable[Request]) -> None:
    """Store requests for the generator: each as its length and its bytes."""
    with file.open("wb") as out:
        for request in requests:
            data = request.to_bytes()
            out.write(len(data).to_bytes(_LENGTH_BYTES))
            out.write(data)


def _read_requests(file: Path) -> Iterator[bytes]:
    data, place = file.read_bytes(), 0
    while place < len(data):
        start = place + _LENGTH_BYTES
        place = start + int.from_bytes(data[place:start])
        yield data[start:place]


class _Connection(asyncio.Protocol):
    """Sends the next request when the last one is answered, until there is none left."""

    def __init__(self, requests: Iterator[bytes], statuses: Counter[int], seconds: list[float]) -> None:
        self._requests = requests
        self._statuses = statuses
        self._seconds = seconds
        self._received = b""
        self._sent_at = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def begin(self, transport: asyncio.WriteTransport) -> None:
        """Send the first request."""
        self._transport = transport
        self._send_next()

    def _send_next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if end and len(body) >= _content_length(head):
            self._seconds.append(time.perf_counter() - self._sent_at)
            self._statuses[int(head[9:12])] += 1
            self._received = b""
            self._send_next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed the connection"))


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ValueError("an answer without a length")


async def _send(host: str, port: int, connections: int, requests: Iterator[bytes]) -> dict[str, object]:
    loop = asyncio.get_running_loop()
    statuses: Counter[int] = Counter()
    seconds: list[float] = []
    opened = [
        await loop.create_connection(lambda: _Connection(requests, statuses, seconds), host, port)
        for _ in range(connections)
    ]
    started = time.perf_counter()
    for transport, connection in opened:
        connection.begin(transport)
    await asyncio.gather(*(connection.done for _, connection in opened))
    return {"seconds": time.perf_counter() - started, "statuses": statuses, "latencies": seconds}


def main() -> None:
    host, port, connections, file = sys.argv[1:]
    requests = iter(list(_read_requests(Path(file))))
    seen = uvloop.run(_send(host, int(port), int(connections), requests))
    json.dump(seen, sys.stdout)


if __name__ == "__main__":
    main()
