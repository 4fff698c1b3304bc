"""How often a public operation may be called: a bucket of permits that fills again with time."""

import time
from collections.abc import Callable
from typing import ClassVar

from parchemin.common.language import Text
from parchemin.common.problems import DomainError


class TooManyAnswers(DomainError):
    """More answers come in than the settings allow."""

    status: ClassVar[int] = 429
    code = "too_many_answers"
    title = Text("Trop de demandes", "Too many requests")
    detail = Text("Réessayez dans un instant.", "Try again in a moment.")


class Throttle:
    """So many a minute in this process, whoever asks: behind a proxy all callers have its address."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_minute / 60
        self._most = self._left = float(per_minute)
        self._clock = clock
        self._seen = clock()

    def take(self) -> None:
        """Take a permit; raises where none is left."""
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._seen) * self._per_second)
        self._seen = now
        if self._left < 1:
            raise TooManyAnswers(headers={"Retry-After": str(int((1 - self._left) / self._per_second) + 1)})
        self._left -= 1
