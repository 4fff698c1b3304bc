"""The installation's key in the hands of a key management service."""

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer
from pydantic import SecretStr, ValidationError

from parchemin.common.settings import EncryptionSettings
from parchemin.common.vault.kms import new_key_wrapped_by_kms
from parchemin.common.vault.wrapping import installation_keys

KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def settings(service: str, monkeypatch: pytest.MonkeyPatch) -> EncryptionSettings:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "operator")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    return EncryptionSettings(kms_endpoint=service, kms_region="eu-west-3")


def test_a_key_that_the_service_wrapped_is_the_installations(settings: EncryptionSettings, tmp_path: Path) -> None:
    master = boto3.client("kms", endpoint_url=settings.kms_endpoint, region_name="eu-west-3").create_key()
    first, second = (new_key_wrapped_by_kms(settings, master["KeyMetadata"]["KeyId"]) for _ in range(2))
    assert first != second
    one = installation_keys(settings.model_copy(update={"kms_wrapped_key": first}), tmp_path)
    both = installation_keys(
        settings.model_copy(update={"kms_wrapped_key": second, "kms_previous_wrapped_keys": (first,)}), tmp_path
    )
    wrapped = one.wrap(b"k" * 32, place="p")
    assert both.unwrap(wrapped, by=one.current, place="p") == b"k" * 32
    assert both.current != one.current
    assert list(tmp_path.iterdir()) == []


def test_an_installation_moves_from_a_key_in_its_settings_to_the_service(
    settings: EncryptionSettings, tmp_path: Path
) -> None:
    master = boto3.client("kms", endpoint_url=settings.kms_endpoint, region_name="eu-west-3").create_key()
    wrapped_key = new_key_wrapped_by_kms(settings, master["KeyMetadata"]["KeyId"])
    before = installation_keys(EncryptionSettings(key=SecretStr(KEY)), tmp_path)
    moved = {"kms_wrapped_key": wrapped_key, "previous_keys": (SecretStr(KEY),)}
    after = installation_keys(settings.model_copy(update=moved), tmp_path)
    assert after.unwrap(before.wrap(b"k" * 32, place="p"), by=before.current, place="p") == b"k" * 32


def test_previous_keys_are_separated_by_commas_and_two_current_ones_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PARCHEMIN_ENCRYPTION_PREVIOUS_KEYS", f"{KEY}, {KEY[::-1]}")
    assert [key.get_secret_value() for key in EncryptionSettings().previous_keys] == [KEY, KEY[::-1]]
    with pytest.raises(ValidationError) as refused:
        EncryptionSettings(key=SecretStr(KEY), kms_wrapped_key="x")
    assert KEY not in str(refused.value)
