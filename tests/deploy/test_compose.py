"""docker-compose.yml, as Docker Compose itself reads it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.deploy.settings import known_settings

from parchemin.common.settings import AuthSettings

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / ".env.example"
SERVICES = ("candidates", "evaluations", "budget", "documents")
BUCKETS = {
    "documents": "PARCHEMIN_DOCUMENTS_BUCKET_",
    "evaluations": "PARCHEMIN_EVALUATIONS_SUBMISSIONS_BUCKET_",
}
"""The services that keep files, and what their settings of the storage begin with."""
OURS = "parchemin:local"
TMP = "/tmp"  # noqa: S108 - of a container, nothing is written here
ALL = ("--profile", "*", "config", "--format", "json")

Installation = dict[str, Any]
"""The document that Compose makes of the file and the environment, as JSON."""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment file as the documented command writes it."""
    path = tmp_path_factory.mktemp("installation") / "env"
    subprocess.run(
        [sys.executable, str(ROOT / "deploy" / "environment.py"), "--out", str(path)], check=True, capture_output=True
    )
    return path


@pytest.fixture(scope="module")
def installation(tool: Callable[[str], str], environment: Path) -> Installation:
    return _config(tool("docker-compose"), environment)


def test_the_example_has_no_secret_and_the_command_fills_them_all(environment: Path) -> None:
    example, written = _variables(EXAMPLE), _variables(environment)
    missing = {name for name, value in example.items() if not value}
    assert all(re.search("PASSWORD|SECRET|KEY|CLUSTER_ID", name) for name in missing)
    assert not any(re.search("PASSWORD|SECRET|KEY", name) for name in example.keys() - missing)
    assert written.keys() == example.keys()
    assert len({written[name] for name in missing}) == len(missing)
    assert all(len(written[name]) >= 22 for name in missing)
    assert environment.stat().st_mode & 0o077 == 0


def test_the_command_never_writes_over_the_secrets_of_an_installation(environment: Path) -> None:
    before = environment.read_text()
    done = subprocess.run(
        [sys.executable, str(ROOT / "deploy" / "environment.py"), "--out", str(environment)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, environment.read_text()) == (1, before)


def test_compose_refuses_to_start_without_any_one_of_the_secrets(
    tool: Callable[[str], str], environment: Path, tmp_path: Path
) -> None:
    required = [name for name, value in _variables(EXAMPLE).items() if not value]
    for name in required:
        lacking = tmp_path / "env"
        lacking.write_text(re.sub(f"^{name}=.*$", f"{name}=", environment.read_text(), flags=re.MULTILINE))
        with pytest.raises(subprocess.CalledProcessError) as failed:
            _config(tool("docker-compose"), lacking)
        assert f"required variable {name} is missing a value" in failed.value.stderr


def test_the_file_itself_has_no_secret() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    given = re.findall(r"^\s+[A-Z_]*(?:PASSWORD|SECRET[A-Z_]*|ENCRYPTION_KEY):\s*(.*)$", text, re.MULTILINE)
    assert given
    assert all(re.fullmatch(r'"\$\{[A-Z_]+(:\?[^}]*)?\}"', value) for value in given)


def test_each_service_serves_and_works_in_containers_of_one_image_once_its_schema_is_there(
    installation: Installation,
) -> None:
    containers = installation["services"]
    for service in SERVICES:
        for name, command in ((service, "serve"), (f"{service}-work", "work")):
            container = containers[name]
            assert container["image"] == OURS
            assert container["command"][:2] == [command, service]
            needs = container["depends_on"]
            assert needs[f"{service}-migrate"]["condition"] == "service_completed_successfully"
            assert needs["topics"]["condition"] == "service_completed_successfully"
        assert containers[f"{service}-migrate"]["command"] == ["migrate", service]


def test_a_process_gets_the_database_of_its_service_and_no_other_secret(installation: Installation) -> None:
    keys: dict[str, set[str]] = {}
    for service in SERVICES:
        for name in (service, f"{service}-work", f"{service}-migrate"):
            given = installation["services"][name]["environment"]
            databases = [value for key, value in given.items() if key.endswith("_DATABASE_URL")]
            assert len(databases) == 1
            assert databases[0].startswith(f"postgresql+asyncpg://{service}:")
            assert databases[0].endswith(f"@postgres:5432/{service}")
            keys.setdefault(service, set()).add(given["PARCHEMIN_ENCRYPTION_KEY"])
            buckets = {key for key in given if key.endswith("_BUCKET_SECRET_ACCESS_KEY")}
            assert buckets == ({f"{BUCKETS[service]}SECRET_ACCESS_KEY"} if service in BUCKETS else set())
    assert len(set().union(*keys.values())) == len(SERVICES) == sum(map(len, keys.values()))


def test_every_setting_is_one_that_the_product_knows(installation: Installation) -> None:
    known = known_settings()
    given = {
        name
        for container in installation["services"].values()
        if container["image"] == OURS
        for name in container["environment"]
        if name.startswith("PARCHEMIN_")
    }
    assert given <= known


def test_tokens_of_the_realm_are_what_the_services_are_told_to_accept(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    realm = json.loads((ROOT / "deploy" / "keycloak" / "parchemin-realm.json").read_text())
    for name, value in installation["services"]["candidates"]["environment"].items():
        if name.startswith("PARCHEMIN_AUTH_"):
            monkeypatch.setenv(name, value)
    accepted = AuthSettings()
    provider = installation["services"]["identity"]["environment"]
    assert accepted.issuer == f"{provider['KC_HOSTNAME']}/realms/{realm['realm']}"
    assert accepted.jwks_url is not None
    assert accepted.jwks_url.startswith(f"http://identity:8080{provider['KC_HTTP_RELATIVE_PATH']}/realms/parchemin/")
    [scope] = [scope for scope in realm["clientScopes"] if scope["name"] == "parchemin"]
    config = {mapper["name"]: mapper["config"] for mapper in scope["protocolMappers"]}
    assert config["audience"]["included.custom.audience"] == accepted.audience
    assert config["roles"]["claim.name"] == accepted.roles_claim
    assert config["organisation"]["claim.name"] == accepted.organisation_claim
    assert realm["defaultSignatureAlgorithm"] in accepted.algorithms


def test_only_the_gateway_is_reached_from_another_machine(installation: Installation) -> None:
    published = {
        name: {port.get("host_ip") for port in container["ports"]}
        for name, container in installation["services"].items()
        if "ports" in container
    }
    assert published.pop("gateway") == {None}
    assert all(addresses == {"127.0.0.1"} for addresses in published.values())
    assert installation["networks"]["back"]["internal"] is True
    assert installation["services"]["gateway"]["networks"].keys() == {"front"}
    for name in ("postgres", "kafka", "storage", "prometheus"):
        assert installation["services"][name]["networks"].keys() == {"back"}


def test_every_container_gives_up_what_it_does_not_need(installation: Installation) -> None:
    may_write = {"kafka", "identity"}  # their images write their configuration at start
    for name, container in installation["services"].items():
        assert container["cap_drop"] == ["ALL"], name
        assert container["security_opt"] == ["no-new-privileges:true"], name
        assert container.get("read_only", False) == (name not in may_write), name
        assert "mem_limit" in container, name


def test_what_goes_on_is_checked_and_restarted_and_what_ends_is_waited_for(installation: Installation) -> None:
    containers = installation["services"]
    jobs = {
        needed
        for container in containers.values()
        for needed, how in container.get("depends_on", {}).items()
        if how["condition"] == "service_completed_successfully"
    }
    buckets = {f"{service}-bucket" for service in BUCKETS}
    assert jobs == {"topics", *buckets, *(f"{service}-migrate" for service in SERVICES)}
    for name, container in containers.items():
        assert container["restart"] == ("on-failure:5" if name in jobs else "unless-stopped"), name
        assert ("healthcheck" in container) == (name not in jobs), name


@pytest.mark.parametrize("service", BUCKETS)
def test_the_bucket_that_is_made_is_the_one_that_files_are_put_in(installation: Installation, service: str) -> None:
    made = installation["services"][f"{service}-bucket"]["environment"]
    storage = installation["services"]["storage"]["environment"]
    for name in (service, f"{service}-work"):
        used = {
            name.removeprefix(BUCKETS[service]): value
            for name, value in installation["services"][name]["environment"].items()
            if name.startswith(BUCKETS[service])
        }
        assert used["URL"].startswith(f"s3://{made['BUCKET']}/")
        assert (used["ACCESS_KEY_ID"], used["SECRET_ACCESS_KEY"]) == (made["ACCESS_KEY_ID"], made["SECRET_ACCESS_KEY"])
        assert used["ENDPOINT"] == made["ADMIN_ENDPOINT_URL"] == f"http://storage{storage['VGW_PORT']}"
        assert used["REGION"] == made["ADMIN_REGION"] == storage["VGW_REGION"]
        assert installation["services"][name]["depends_on"][f"{service}-bucket"]["condition"] == (
            "service_completed_successfully"
        )
    assert storage["ROOT_ACCESS_KEY_ID"] == made["ADMIN_ACCESS_KEY_ID"]


def test_each_service_has_a_bucket_and_an_account_of_its_own(installation: Installation) -> None:
    made = [installation["services"][f"{service}-bucket"]["environment"] for service in BUCKETS]
    for name in ("BUCKET", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
        assert len({one[name] for one in made}) == len(made), name


def test_films_are_put_together_on_the_disk_and_nothing_else_is_written_there(installation: Installation) -> None:
    for name, container in installation["services"].items():
        if container["image"] == OURS:
            on_disk = [volume["target"] for volume in container.get("volumes", ())]
            in_memory = [one.split(":")[0] for one in container.get("tmpfs", ())]
            assert on_disk == ([TMP] if name == "evaluations-work" else []), name
            assert (TMP in in_memory) == (name != "evaluations-work"), name


def test_what_the_certifier_sets_reaches_the_service(
    tool: Callable[[str], str], environment: Path, tmp_path: Path
) -> None:
    rules = {
        "evaluations": {
            "PARCHEMIN_EVALUATIONS_JURY_RULES_VERSION": "2026-1",
            "PARCHEMIN_EVALUATIONS_VAE_JURY_MIN_SIZE": "3",
            "PARCHEMIN_EVALUATIONS_APPEAL_DAYS": "30",
        },
        "documents": {"PARCHEMIN_DOCUMENTS_TIME_ZONE": "Indian/Reunion"},
    }
    chosen = tmp_path / "env"
    lines = [f"{name}={value}\n" for given in rules.values() for name, value in given.items()]
    chosen.write_text(environment.read_text() + "".join(lines))
    containers = _config(tool("docker-compose"), chosen)["services"]
    for service, given in rules.items():
        assert given.items() <= containers[service]["environment"].items()


def _config(compose: str, environment: Path) -> Installation:
    done = subprocess.run(
        [compose, "--file", str(ROOT / "docker-compose.yml"), "--env-file", str(environment), *ALL],
        cwd=environment.parent,  # not beside a developer's .env
        env={"PATH": os.environ["PATH"]},
        check=True,
        capture_output=True,
        text=True,
    )
    installation: Installation = json.loads(done.stdout)
    return installation


def _variables(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([A-Z_]+)=(.*)$", path.read_text(), re.MULTILINE))
