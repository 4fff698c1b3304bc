"""What ends a server when the tests that started it are gone, however they went."""

import subprocess
from collections.abc import Sequence
from typing import Any


class Lifeline:
    """A shell that waits for this process to die, then runs a command; `cut` calls it off.

    Its standard input is a pipe of which this process holds the other end: a killed process lets go of it too.
    """

    def __init__(self, command: Sequence[str], **identity: Any) -> None:
        self._shell = subprocess.Popen(
            ["/bin/sh", "-c", 'read -r _; exec "$@"', "lifeline", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
            **identity,
        )

    def cut(self) -> None:
        self._shell.kill()
        self._shell.communicate()
