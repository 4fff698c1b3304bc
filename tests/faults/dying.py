"""A service whose process dies with the work done and not a word said: after the commit, before the answer.

Started by uvicorn (`--factory tests.faults.dying:create_app`) with the service's name in `DYING_SERVICE`. It dies when
the answer to a request with the header `Die: before-answer` would begin.
"""

import os
import signal
from importlib import import_module

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SERVICE = "DYING_SERVICE"
WISH = (b"die", b"before-answer")


class DiesBeforeAnswer:
    """Around the whole application: what it would send is decided, and committed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        dies = scope["type"] == "http" and WISH in scope["headers"]

        async def send_or_die(message: Message) -> None:
            if dies and message["type"] == "http.response.start":
                os.kill(os.getpid(), signal.SIGKILL)
            await send(message)

        await self._app(scope, receive, send_or_die)


def create_app() -> ASGIApp:
    """The service's own application, within that."""
    app = import_module(f"parchemin.{os.environ[SERVICE]}.app").create_app()
    assert isinstance(app, FastAPI)
    return DiesBeforeAnswer(app)
