"""Ports of loopback for servers that tests start, stop and start again."""

import secrets
import socket

LOWEST, HIGHEST = 15_000, 32_000
TRIES = 200


def free_port() -> int:
    """A port that nobody listens on, below the range the kernel gives to outgoing connections.

    From within that range a client that tries a stopped server over and over may in the end connect to itself, and the
    server never get its port back.
    """
    for _ in range(TRIES):
        port = LOWEST + secrets.randbelow(HIGHEST - LOWEST)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"no free port between {LOWEST} and {HIGHEST}")
