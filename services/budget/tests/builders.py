"""What tests of the budget start from: a school, a known enrolment, and a documentary whose sums are done by hand."""

from uuid import UUID

import httpx
from fastapi import FastAPI

from parchemin.common.bus import Message
from parchemin.common.clock import utc_now
from parchemin.common.ids import new_id
from parchemin.contracts.envelope import wrap
from parchemin.contracts.events.candidates import EnrolmentOpenedV1
from parchemin.contracts.vocabulary import AccessPath

SCHOOL = UUID("0199c2a0-c4d9-7a1e-9a3c-000000000001")
OTHER_SCHOOL = UUID("0199c2a0-c4d9-7a1e-9a3c-000000000002")
ENROLMENT = UUID("0199c2a0-c4d9-7a1e-9a3c-0000000000e1")
FOREIGN_ENROLMENT = UUID("0199c2a0-c4d9-7a1e-9a3c-0000000000e2")

Row = tuple[str, str, str, str, str, str, str]
DOCUMENTARY: list[Row] = [
    # account, label, quantity, units, unit, rate, amount; a 26-minute documentary, every chapter, by hand:
    ("11", "Auteur-réalisatrice, droits", "1", "1", "flat", "3500", "3500.00"),
    ("19", "Agent littéraire", "1", "1", "flat", "350.00", "350.00"),
    # chapter 1: 3 850.00
    ("21", "Producteur délégué", "1", "1", "flat", "2000.00", "2000.00"),
    ("2", "Cadreur", "2.5", "1", "day", "281.57", "703.93"),  # 703.925: half up
    ("2", "Ingénieure du son", "5", "1", "day", "303.46", "1517.30"),
    ("2", "Chef monteur", "12.5", "1", "day", "282.12", "3526.50"),
    # chapter 2: 7 747.73
    ("3", "Comédienne, voix off", "0.5", "1", "day", "420.15", "210.08"),  # 210.075: half up
    # chapter 3: 210.08
    ("41", "Charges, 62 % de 7 747.73", "1", "1", "flat", "4803.59", "4803.59"),
    ("47", "Taxes", "1", "1", "flat", "120.00", "120.00"),
    # chapter 4: 4 923.59
    ("54", "Praticables", "3", "2", "piece", "15.15", "90.90"),
    # chapter 5: 90.90
    ("61", "Trains Paris-Lyon", "4", "2", "piece", "58.45", "467.60"),
    ("69", "Régie de plateau", "5", "3", "day", "18.33", "274.95"),
    # chapter 6: 742.55
    ("71", "Caméra", "1.333", "1", "week", "445.00", "593.19"),  # 593.185: half up
    ("76", "Disques", "6", "1", "piece", "42.90", "257.40"),
    # chapter 7: 850.59
    ("8", "Étalonnage", "1.5", "1", "day", "650.33", "975.50"),  # 975.495: half up
    ("8", "Mixage", "2", "1", "day", "890.00", "1780.00"),
    # chapter 8: 2 755.50
    ("91", "Assurance", "1", "1", "flat", "612.35", "612.35"),
    ("93", "Conseil juridique", "2.25", "1", "hour", "180.10", "405.23"),  # 405.225: half up
    # chapter 9: 1 017.58
]
CHAPTERS = ["3850.00", "7747.73", "210.08", "4923.59", "90.90", "742.55", "850.59", "2755.50", "1017.58"]
PERCENTS = {"contingency_percent": "5", "overhead_percent": "7.5"}
TOTALS = {
    "subtotal": "22188.52",
    "contingency": "1109.43",  # 5 %: 1 109.426
    "overheads": "1664.14",  # 7.5 % of the sub-total, not of sub-total and contingency: 1 664.139
    "total": "24962.09",
}


def line(account: str = "2", label: str = "Cadreur", **changes: object) -> dict[str, object]:
    return {"account": account, "label": label, "quantity": "1", "unit": "day", "rate": "281.57", **changes}


def documentary_lines() -> list[dict[str, object]]:
    names = ("account", "label", "quantity", "units", "unit", "rate")
    return [dict(zip(names, row[:-1], strict=True)) for row in DOCUMENTARY]


def production(**changes: object) -> dict[str, object]:
    return {
        "enrolment_id": str(ENROLMENT),
        "title": "Les quais de Saône",
        "kind": "documentary",
        "duration_minutes": 26,
        "chart_of_accounts": "cnc-feature-2018",
        **changes,
    }


async def hear_of_enrolment(app: FastAPI, enrolment_id: UUID, organisation_id: UUID) -> None:
    """As the bus delivers it."""
    event = EnrolmentOpenedV1(
        enrolment_id=enrolment_id,
        organisation_id=organisation_id,
        candidate_id=new_id(),
        referential_version="1.0",
        access_path=AccessPath.APPRENTICESHIP,
        blocks=(1, 2, 3),
    )
    envelope = wrap(event, event_id=new_id(), at=utc_now())
    await app.state.service.consumer.deliver(Message(event.topic, event.key, envelope.to_bytes()))


async def open_production(client: httpx.AsyncClient, **changes: object) -> str:
    opened = await client.post("/v1/productions", json=production(**changes))
    assert opened.status_code == 201, opened.text
    return str(opened.json()["id"])


async def open_estimate(
    client: httpx.AsyncClient, production_id: str, lines: list[dict[str, object]] | None = None, **changes: object
) -> httpx.Response:
    """A draft with these lines; the answer whose ETag is current."""
    body = {"production_id": production_id, "label": "Devis initial", **changes}
    opened = await client.post("/v1/estimates", json=body)
    assert opened.status_code == 201, opened.text
    return opened if lines is None else await put_lines(client, opened, lines)


async def put_lines(
    client: httpx.AsyncClient, estimate: httpx.Response, lines: list[dict[str, object]]
) -> httpx.Response:
    url = f"/v1/estimates/{estimate.json()['id']}/lines"
    answer = await client.put(url, json={"lines": lines}, headers={"If-Match": estimate.headers["etag"]})
    assert answer.status_code == 200, answer.text
    return answer


async def lead(
    client: httpx.AsyncClient, estimate: httpx.Response, state: str, caller: dict[str, str] | None = None
) -> httpx.Response:
    """Ask for the state, on the version of the answer given; the caller is the client's where none is named."""
    headers = {"If-Match": estimate.headers["etag"], **(caller or {})}
    return await client.put(f"/v1/estimates/{estimate.json()['id']}/state", json={"state": state}, headers=headers)
