"""What the certifier says comes by settings, and where documents are kept."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from parchemin.common.storage.bucket import BucketStore
from parchemin.common.storage.folder import FolderStore
from parchemin.documents.settings import Settings
from parchemin.documents.storage.opening import open_store

MENTIONS = {
    "legal_name": "Certificateur SAS",
    "rncp_number": "40000",
    "decision_date": "2025-07-18",
    "level": 6,
    "eqf_level": 6,
    "nsf_codes": ["323", "320p"],
    "signatory_name": "Hélène Vasseur",
    "signatory_role": "Directrice générale",
    "place": "Paris",
}


def test_without_mentions_documents_are_specimens() -> None:
    assert Settings().stationery().certifier is None


def test_mentions_come_as_json_or_as_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PARCHEMIN_DOCUMENTS_CERTIFIER", json.dumps(MENTIONS))
    from_variable = Settings().stationery().certifier
    monkeypatch.delenv("PARCHEMIN_DOCUMENTS_CERTIFIER")
    file = tmp_path / "certifier.json"
    file.write_text(json.dumps(MENTIONS), encoding="utf-8")
    monkeypatch.setenv("PARCHEMIN_DOCUMENTS_CERTIFIER_FILE", str(file))
    from_file = Settings().stationery().certifier
    assert from_file == from_variable
    assert from_file is not None
    assert from_file.nsf_codes == ("323", "320p")
    file.write_text("{}", encoding="utf-8")
    with pytest.raises(ValidationError):
        Settings().stationery()


def test_the_qr_code_leads_to_the_page_of_this_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    page = Settings().stationery().verification_page
    assert page.endswith("/verify")
    assert "//verify" not in page


def test_documents_are_kept_in_one_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert isinstance(open_store(Settings()), FolderStore)
    monkeypatch.setenv("PARCHEMIN_DOCUMENTS_BUCKET_URL", "s3://parchemin-documents/documents")
    monkeypatch.setenv("PARCHEMIN_DOCUMENTS_BUCKET_ACCESS_KEY_ID", "documents")
    monkeypatch.setenv("PARCHEMIN_DOCUMENTS_BUCKET_SECRET_ACCESS_KEY", "not to be told")
    settings = Settings()
    assert isinstance(open_store(settings), BucketStore)
    assert "not to be told" not in repr(settings)
    monkeypatch.setenv("PARCHEMIN_DOCUMENTS_FOLDER", str(tmp_path))
    with pytest.raises(ValidationError, match="set one of the two") as refused:
        Settings()
    assert "not to be told" not in str(refused.value)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("URL", "https://storage/parchemin-documents"),
        ("URL", "s3://Documents_2026"),
        ("URL", "s3://"),
        ("ENDPOINT", "storage:7070"),
        ("ENDPOINT", "https://storage/parchemin-documents"),
        ("ACCESS_KEY_ID", "a key without its secret"),
    ],
)
def test_a_bucket_that_is_told_wrongly_is_refused_at_start(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(f"PARCHEMIN_DOCUMENTS_BUCKET_{variable}", value)
    with pytest.raises(ValidationError):
        Settings()


def test_a_time_zone_that_nobody_knows_is_refused_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARCHEMIN_DOCUMENTS_TIME_ZONE", "Indian/Reunion")
    assert Settings().stationery().time_zone.key == "Indian/Reunion"
    monkeypatch.setenv("PARCHEMIN_DOCUMENTS_TIME_ZONE", "Paris")
    with pytest.raises(ValidationError, match="time zone"):
        Settings()
