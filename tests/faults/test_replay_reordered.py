"""Events of a played year come up to five times each and in any order between keys: what is known in the end is the
same, and so are the documents."""

import asyncio
import json
import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.engine import make_url
from tests.faults.played import Played, of_the_sample, play

from parchemin.common.bus import LocalBus, Message
from parchemin.common.database import Database
from parchemin.common.outbox import opened_bodies
from parchemin.common.service import Service, opened
from parchemin.common.settings import EncryptionSettings
from parchemin.common.tables import dead_letters, inbox, outbox
from parchemin.common.vault import Vault
from parchemin.common.vault.wrapping import installation_keys
from parchemin.contracts.events import CATALOGUE
from parchemin.documents.composition.knowledge import Needs
from parchemin.documents.issuing.issuer import Issuer
from parchemin.documents.issuing.models import Document
from parchemin.documents.issuing.sealing import cipher_of, printed_data
from parchemin.documents.projections.models import KnownCandidate, KnownJuror, KnownOrganisation, KnownReferential
from parchemin.documents.projections.service import look_up
from parchemin.evaluations.enrolments.models import KnownEnrolment, KnownExemption
from parchemin.standalone.demo.installation import embedded
from parchemin.standalone.services import ServiceName, service_of

WHOLE = os.environ.get("PARCHEMIN_FAULTS") == "whole"
EXAMPLES = 500 if WHOLE else 30
COPIES = 5
FOLLOWING = (ServiceName.EVALUATIONS, ServiceName.DOCUMENTS)
CHANCE = {"created_at", "updated_at", "learned_at"}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800 if WHOLE else 150)]


async def year(folder: Path) -> list[Message]:
    """The events of a year in the order of their publication: with an exemption and measures, an award, an enrolment
    that was extended, and identities that were corrected."""
    async with (
        embedded(folder, {"PARCHEMIN_EVALUATIONS_VAE_JURY_EACH_SEX": "false"}) as installation,
        installation.client() as http,
    ):
        played = await play(of_the_sample({"c18", "c22"}), installation, http)
        await correct(played, "c18")
        await extend(played, "c22")
        await installation.settle()
        return await published(installation.databases, installation.var)


async def correct(played: Played, ref: str) -> None:
    administrator, path = played.cast.administrator, f"/v1/candidates/{played.player.candidates[ref]}"
    entered = await administrator.get(path)
    [candidate] = [one for one in played.scenario.candidates if one.ref == ref]
    entry = candidate.model_dump(mode="json", exclude={"ref", "access_path", "blocks"}) | {"birth_name": "Corrigé"}
    await administrator.put(path, entry, of=entered, at=path, done=lambda known: known["birth_name"] == "Corrigé")


async def extend(played: Played, ref: str) -> None:
    administrator, path = played.cast.administrator, f"/v1/enrolments/{played.player.enrolments[ref]}"
    opened_before = await administrator.get(path)
    blocks = [1, 2, 3]
    await administrator.put(
        f"{path}/blocks", {"blocks": blocks}, of=opened_before, at=path, done=lambda known: known["blocks"] == blocks
    )


async def published(databases: Mapping[str, str], var: Path) -> list[Message]:
    """What the services told, each in its order."""
    messages, vault = [], Vault(installation_keys(EncryptionSettings(), var / "keys"))
    for name in (ServiceName.CANDIDATES, ServiceName.EVALUATIONS, ServiceName.DOCUMENTS):
        database = Database(databases[name], vault)
        try:
            async with database.reading() as session:
                told = (await session.execute(select(outbox).order_by(outbox.c.position))).all()
                bodies = await opened_bodies(session, told)
                messages += [Message(row.topic, row.key, body or b"") for row, body in zip(told, bodies, strict=True)]
        finally:
            await database.dispose()
    return messages


class Desk:
    """The services that follow others, as they are wired, each on a new database; without a bus and without HTTP."""

    def __init__(self, templates: Mapping[str, str], folder: Path) -> None:
        self.services: dict[ServiceName, Service] = {}
        with pytest.MonkeyPatch.context() as patch:
            for name in FOLLOWING:
                file = folder / f"{name}.sqlite3"
                shutil.copy(str(make_url(templates[name]).database), file)
                patch.setenv(f"PARCHEMIN_{name.upper()}_DATABASE_URL", f"sqlite+aiosqlite:///{file}")
                patch.setenv(f"PARCHEMIN_{name.upper()}_MIGRATE_ON_START", "false")
            patch.setenv("PARCHEMIN_DOCUMENTS_FOLDER", str(folder / "documents"))
            for name in FOLLOWING:
                self.services[name] = service_of(name, LocalBus())

    async def hear(self, messages: Sequence[Message]) -> dict[str, Any]:
        """Deliver these, make the documents; return all that is known then."""
        evaluations, documents = (self.services[name] for name in FOLLOWING)
        async with opened(evaluations), opened(documents):
            for message in messages:
                for service in (evaluations, documents):
                    assert service.consumer is not None
                    if message.topic in service.consumer.topics:
                        await service.consumer.deliver(message)
            issuer = documents.state["issuer"]
            assert isinstance(issuer, Issuer)
            await issuer.issue_due()
            return {
                "enrolments": await rows(evaluations, KnownEnrolment),
                "exemptions": await rows(evaluations, KnownExemption),
                "known": [
                    *[await rows(documents, model) for model in (KnownOrganisation, KnownReferential)],
                    await persons(documents),
                ],
                "documents": await issued(documents),
                "told": sorted(await column(documents, outbox.c.key)),
                "received": [sorted(await column(service, inbox.c.event_id)) for service in (evaluations, documents)],
                "parked": [await column(service, dead_letters.c.cause) for service in (evaluations, documents)],
            }


async def rows(service: Service, model: type[Any]) -> list[str]:
    """All rows, without what the clock of the day writes."""
    async with service.database.reading() as session:
        found = await session.scalars(select(model))
        return sorted(repr(row.model_dump(mode="json", exclude=CHANCE)) for row in found)


async def persons(documents: Service) -> list[str]:
    """Whom the documents know, opened."""
    async with documents.database.reading() as session:
        candidates, jurors = [
            frozenset(await session.scalars(select(model.id))) for model in (KnownCandidate, KnownJuror)
        ]
        known = await look_up(session, Needs(candidates=candidates, jurors=jurors))
    return sorted(map(repr, [*known.candidates.items(), *known.jurors.items()]))


async def column(service: Service, wanted: Any) -> list[str]:
    async with service.database.reading() as session:
        return [str(value) for value in await session.scalars(select(wanted))]


async def issued(documents: Service) -> list[Any]:
    """Each document by what it is about, and what it says but for its own number and code."""
    async with documents.database.reading() as session:
        made = list(await session.scalars(select(Document)))
    said = []
    for document in made:
        async with documents.database.reading() as session:
            cipher = await cipher_of(session, document)
        assert cipher is not None
        body = json.loads(printed_data(document, cipher))
        own = {"document_id", "verification"}
        body["letterhead"] = {name: value for name, value in body["letterhead"].items() if name not in own}
        said.append((document.subject_key, document.state, document.issued_on, document.facts, body))
    return sorted(said, key=lambda it: it[0])


def repeated_and_reordered(messages: Sequence[Message], chance: Random) -> list[Message]:
    """Each one to five times, a repeat at once or after later ones; the first of each in the order of its key."""
    by_key: defaultdict[tuple[str, str], list[Message]] = defaultdict(list)
    for message in messages:
        by_key[message.topic, message.key].append(message)
    deliveries = {key: with_repeats(own, chance) for key, own in by_key.items()}
    turns = [key for key, own in deliveries.items() for _ in own]
    chance.shuffle(turns)
    return [deliveries[key].pop(0) for key in turns]


def with_repeats(own: Sequence[Message], chance: Random) -> list[Message]:
    deliveries = list(own)
    for message in own:
        for _ in range(chance.randint(0, COPIES - 1)):
            deliveries.insert(chance.randint(deliveries.index(message) + 1, len(deliveries)), message)
    return deliveries


def test_repeats_and_any_order_between_keys_come_to_the_same(
    migrated: Callable[[str, str], str], tmp_path: Path
) -> None:
    messages = asyncio.run(year(tmp_path / "server"))
    templates = {name: migrated("sqlite", name) for name in FOLLOWING}
    folders = iter(range(10_000))

    def after(deliveries: Sequence[Message]) -> dict[str, Any]:
        folder = tmp_path / f"desk-{next(folders)}"
        folder.mkdir()
        try:
            return asyncio.run(Desk(templates, folder).hear(deliveries))
        finally:
            shutil.rmtree(folder)

    expected = after(messages)
    assert {state for _, state, *_ in expected["documents"]} == {"issued"}
    assert len(expected["documents"]) == len(expected["told"]) >= 8
    assert expected["parked"] == [[], []]
    assert {message.topic for message in messages} == {event.topic for event in CATALOGUE.values()} - {
        "parchemin.budget.v1"
    }

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=not WHOLE,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    @given(seed=st.integers(0, 2**63))
    def the_same(seed: int) -> None:
        assert after(repeated_and_reordered(messages, Random(seed))) == expected

    the_same()
