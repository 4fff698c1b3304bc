"""A server that starts when a first test asks for it, whichever worker that runs in."""

import shutil
import tempfile
import threading
from collections.abc import Callable
from multiprocessing.connection import Client, Listener
from pathlib import Path

Answer = tuple[str, None] | tuple[None, str]


class OnDemand:
    """Held by the process that outlives the workers: it starts the server once and tells all where it is.

    `start` returns the server's address and what stops it; what it raises is the reason why there is none.
    """

    def __init__(self, start: Callable[[], tuple[str, Callable[[], None]]]) -> None:
        self._start = start
        self._stop: Callable[[], None] | None = None
        self._answer: Answer | None = None
        self._folder = Path(tempfile.mkdtemp(prefix="parchemin-ask-"))
        self.socket = str(self._folder / "socket")
        self._listener = Listener(self.socket, "AF_UNIX", backlog=16)
        self._closed = False
        threading.Thread(target=self._attend, daemon=True).start()

    def close(self) -> None:
        """Stop the server, if anybody asked for it."""
        self._closed = True
        Client(self.socket, "AF_UNIX").close()  # wakes the one that attends
        self._listener.close()
        if self._stop is not None:
            self._stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _attend(self) -> None:
        while True:
            with self._listener.accept() as caller:
                if self._closed:
                    return
                if self._answer is None:
                    self._answer = self._begin()
                try:
                    caller.send(self._answer)
                except OSError:  # it did not wait
                    continue

    def _begin(self) -> Answer:
        try:
            address, self._stop = self._start()
        except Exception as reason:
            return None, str(reason)
        return address, None


def ask(socket: str) -> Answer:
    """The address of the server behind that socket, or the reason why there is none."""
    with Client(socket, "AF_UNIX") as line:
        answer: Answer = line.recv()
    return answer
