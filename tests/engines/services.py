"""PostgreSQL and Kafka for development: `python -m tests.engines.services`, until it is interrupted.

Data and passwords stay in the folder. Each service has a database of its own and a role that owns it and may enter no
other. How to reach it all is printed, and written to `environment` in the folder, for a shell to read.
"""

import argparse
import asyncio
import fcntl
import json
import os
import secrets
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import asyncpg
from sqlalchemy.engine import URL, make_url
from tests.engines.kafka import KafkaBroker, KafkaUnavailable
from tests.engines.postgres import PostgresServer, PostgresUnavailable

SERVICES = ("candidates", "evaluations", "budget", "documents")
SUPERUSER = "postgres"


def main() -> None:
    options = _options()
    folder: Path = options.data.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if options.stop:
        _stop(folder)
        return
    try:
        with _alone(folder), ExitStack() as running:
            passwords = _passwords(folder / "passwords.json")
            database = PostgresServer.start(
                folder / "postgres", options.postgres_port, durable=True, password=passwords[SUPERUSER]
            )
            running.callback(database.stop)
            asyncio.run(provide_databases(database.url, passwords))
            broker = KafkaBroker.start(folder / "kafka", options.kafka_port)
            running.callback(broker.stop)
            environment = _environment(database.url, passwords, broker.bootstrap)
            _write_private(folder / "environment", environment)
            _say(f"{environment}# in another shell: . {folder / 'environment'}; here: Ctrl-C ends both")
            signal.pause()
    except KeyboardInterrupt:
        pass
    except (PostgresUnavailable, KafkaUnavailable) as reason:
        sys.exit(f"{reason} (logs: {folder}/*/log)")


async def provide_databases(server: str, passwords: dict[str, str]) -> None:
    """A database and a role per service, made where they are missing. A role enters its own database, and no other."""
    connection = await asyncpg.connect(server)
    try:
        for public in ("postgres", "template1"):
            await connection.execute(f"REVOKE ALL ON DATABASE {public} FROM PUBLIC")
        for service in SERVICES:
            name = f"parchemin_{service}"
            if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name):
                await connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{passwords[service]}'")
            if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
                await connection.execute(f"CREATE DATABASE {name} OWNER {name} TEMPLATE template0 ENCODING 'UTF8'")
            await connection.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
    finally:
        await connection.close()


def service_url(server: str, service: str, password: str) -> URL:
    """Where that service finds its database, as its role."""
    name = f"parchemin_{service}"
    return make_url(server).set(drivername="postgresql+asyncpg", username=name, password=password, database=name)


def _environment(server: str, passwords: dict[str, str], bootstrap: str) -> str:
    variables = {
        "PARCHEMIN_BUS": "kafka",
        "PARCHEMIN_KAFKA_BOOTSTRAP_SERVERS": bootstrap,
        "PARCHEMIN_DEMO_DATABASE": server,
    } | {
        f"PARCHEMIN_{service.upper()}_DATABASE_URL": service_url(server, service, passwords[service]).render_as_string(
            hide_password=False
        )
        for service in SERVICES
    }
    return "".join(f"export {name}={value}\n" for name, value in variables.items())


def _passwords(file: Path) -> dict[str, str]:
    """Drawn the first time."""
    if not file.exists():
        drawn = {name: secrets.token_urlsafe(24) for name in (SUPERUSER, *SERVICES)}
        _write_private(file, json.dumps(drawn, indent=2))
    kept: dict[str, str] = json.loads(file.read_text())
    return kept


def _write_private(file: Path, text: str) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        opened.write(text)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder: its `lock` has this process's number while it runs."""
    with (folder / "lock").open("a+") as lock:
        if not _take(lock):
            sys.exit(f"services run already with {folder}: `make services-stop` ends them")
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
        lock.truncate(0)


def _stop(folder: Path) -> None:
    """Ask the process that holds the folder to end, and wait for it."""
    with (folder / "lock").open("a+") as lock:
        if _take(lock):
            _say(f"no services run with {folder}")
            return
        lock.seek(0)
        os.kill(int(lock.read()), signal.SIGTERM)
        fcntl.flock(lock, fcntl.LOCK_EX)


def _take(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="services", description="PostgreSQL and Kafka for development.")
    parser.add_argument("--data", type=Path, default=Path("var/services"), help="folder of data and passwords")
    parser.add_argument("--postgres-port", type=int, default=5433)
    parser.add_argument("--kafka-port", type=int, default=9092)
    parser.add_argument("--stop", action="store_true", help="end those that run with this folder")
    return parser.parse_args()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
