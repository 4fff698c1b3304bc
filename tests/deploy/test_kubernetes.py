"""deploy/kubernetes, rendered by `kubectl kustomize` and held against the schemas of Kubernetes."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from tests.deploy.resources import public_paths, resource
from tests.deploy.settings import known_settings

from parchemin.common.bus.kafka import KafkaSettings

KUBERNETES = Path(__file__).parents[2] / "deploy" / "kubernetes"
SERVICES = ("candidates", "evaluations", "budget", "documents")
VERSION = "1.37.0"
OF_KEDA = "keda.sh/"
"""Its kinds have no schema of Kubernetes; what matters of them is checked by hand below."""

Manifest = dict[str, Any]


@pytest.fixture(scope="module")
def services(tool: Callable[[str], str]) -> list[Manifest]:
    """The example installation."""
    return _rendered(tool("kubectl"), KUBERNETES / "overlays" / "example")


@pytest.fixture(scope="module")
def jobs(tool: Callable[[str], str]) -> list[Manifest]:
    """What runs before it."""
    return _rendered(tool("kubectl"), KUBERNETES / "overlays" / "example" / "jobs")


def test_every_manifest_is_what_its_schema_says(services: list[Manifest], jobs: list[Manifest]) -> None:
    for manifest in (*services, *jobs):
        if not manifest["apiVersion"].startswith(OF_KEDA):
            kubernetes_validate.validate(manifest, VERSION, strict=True)


def test_the_base_and_the_jobs_render_without_an_overlay(tool: Callable[[str], str]) -> None:
    assert _rendered(tool("kubectl"), KUBERNETES / "base")
    assert _rendered(tool("kubectl"), KUBERNETES / "jobs")


def test_each_service_has_its_processes_its_job_and_its_budgets(services: list[Manifest], jobs: list[Manifest]) -> None:
    deployments = _named(services, "Deployment")
    assert deployments.keys() == {"reference", *(f"{one}-{kind}" for one in SERVICES for kind in ("serve", "work"))}
    assert _named(jobs, "Job").keys() == {"topics", *(f"{one}-migrate" for one in SERVICES)}
    for service in SERVICES:
        for kind in ("serve", "work"):
            pod = deployments[f"{service}-{kind}"]["spec"]["template"]
            [container] = pod["spec"]["containers"]
            assert container["args"][:2] == [kind, "$(SERVICE)"]
            assert pod["metadata"]["labels"]["app.kubernetes.io/name"] == service
    assert _named(services, "PodDisruptionBudget").keys() == deployments.keys() - {"reference"}
    assert _named(services, "HorizontalPodAutoscaler").keys() == {f"{service}-serve" for service in SERVICES}


def test_every_pod_keeps_to_the_restricted_profile(services: list[Manifest], jobs: list[Manifest]) -> None:
    for name, pod in _pods([*services, *jobs]):
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["runAsUser"] == 10001, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for container in pod["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }, name
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}, name
            assert "memory" in container["resources"]["limits"], name


def test_every_process_that_goes_on_has_its_three_probes(services: list[Manifest]) -> None:
    for name, deployment in _named(services, "Deployment").items():
        [container] = deployment["spec"]["template"]["spec"]["containers"]
        assert container["startupProbe"]["httpGet"]["path"] == "/health/live", name
        assert container["livenessProbe"]["httpGet"]["path"] == "/health/live", name
        ready = "/health/live" if name == "reference" else "/health/ready"
        assert container["readinessProbe"]["httpGet"]["path"] == ready, name


def test_the_user_is_that_of_the_image() -> None:
    assert "\nUSER 10001:10001\n" in (KUBERNETES.parent / "Dockerfile").read_text()


def test_secrets_come_by_reference_and_each_service_has_only_its_own(
    services: list[Manifest], jobs: list[Manifest]
) -> None:
    assert not _named([*services, *jobs], "Secret")
    for name, pod in _pods([*services, *jobs]):
        owner = name.split("-", maxsplit=1)[0]
        for container in pod["containers"]:
            referred = {
                variable["valueFrom"]["secretKeyRef"]["name"]
                for variable in container.get("env", ())
                if "secretKeyRef" in variable.get("valueFrom", {})
            }
            assert referred <= {f"parchemin-{owner}"}, name
            assert not any(
                word in variable["name"] and "value" in variable
                for variable in container.get("env", ())
                for word in ("PASSWORD", "SECRET", "KEY", "DATABASE_URL")
            ), name


def test_every_setting_is_one_that_the_product_knows(services: list[Manifest], jobs: list[Manifest]) -> None:
    known = known_settings()
    manifests = [*services, *jobs]
    given = {name for config in _named(manifests, "ConfigMap").values() for name in config["data"]} | {
        variable["name"]
        for _, pod in _pods(manifests)
        for container in pod["containers"]
        for variable in container.get("env", ())
    }
    assert {name for name in given if name.startswith("PARCHEMIN_")} <= known


@pytest.mark.parametrize(
    ("service", "settings"),
    [
        ("documents", "PARCHEMIN_DOCUMENTS_BUCKET_"),
        ("evaluations", "PARCHEMIN_EVALUATIONS_SUBMISSIONS_BUCKET_"),
    ],
)
def test_what_keeps_files_has_a_bucket_and_its_key(services: list[Manifest], service: str, settings: str) -> None:
    config = _named(services, "ConfigMap")[f"parchemin-{service}"]["data"]
    for kind in ("serve", "work"):
        [container] = _named(services, "Deployment")[f"{service}-{kind}"]["spec"]["template"]["spec"]["containers"]
        assert [source["configMapRef"]["name"] for source in container["envFrom"]] == [
            "parchemin",
            f"parchemin-{service}",
        ]
        given = {*config, *(variable["name"] for variable in container["env"])}
        wanted = ("URL", "ENDPOINT", "REGION", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY")
        assert {name for name in given if name.startswith(settings)} == {f"{settings}{name}" for name in wanted}


def test_films_are_put_together_on_the_disk_and_all_else_is_in_memory(services: list[Manifest]) -> None:
    for name, deployment in _named(services, "Deployment").items():
        [tmp] = [one for one in deployment["spec"]["template"]["spec"]["volumes"] if one["name"] == "tmp"]
        films = {"sizeLimit": "2Gi"}
        assert tmp["emptyDir"] == (films if name == "evaluations-work" else {"medium": "Memory", "sizeLimit": "64Mi"})


def test_the_origin_sends_every_resource_to_its_service_and_nothing_else(services: list[Manifest]) -> None:
    [rule] = _named(services, "Ingress")["parchemin"]["spec"]["rules"]
    routed = {(path["path"], path["pathType"], path["backend"]["service"]["name"]) for path in rule["http"]["paths"]}
    wanted = {
        (one, "Prefix" if one.startswith("/v1/") else "Exact", f"{service}-serve")
        for service, paths in public_paths().items()
        for one in map(resource, paths)
    }
    reference = {
        ("/", "Exact", "reference"),
        ("/docs", "Prefix", "reference"),
        ("/openapi.json", "Exact", "reference"),
        ("/asyncapi.json", "Exact", "reference"),
    }
    assert routed == wanted | reference


def test_every_name_that_is_pointed_at_exists_and_selects_its_pods(services: list[Manifest]) -> None:
    existing = {(manifest["kind"], manifest["metadata"]["name"]) for manifest in services}
    labels = {
        name: deployment["spec"]["template"]["metadata"]["labels"]
        for name, deployment in _named(services, "Deployment").items()
    }
    for name, deployment in _named(services, "Deployment").items():
        pod = deployment["spec"]["template"]["spec"]
        assert ("ServiceAccount", pod["serviceAccountName"]) in existing, name
        for container in pod["containers"]:
            assert all(
                ("ConfigMap", source["configMapRef"]["name"]) in existing for source in container.get("envFrom", ())
            ), name
    for manifest in services:
        if manifest["kind"] in {"HorizontalPodAutoscaler", "ScaledObject"}:
            assert ("Deployment", manifest["spec"]["scaleTargetRef"]["name"]) in existing
        if manifest["kind"] == "Service":
            assert _selected(manifest["spec"]["selector"], labels) == [manifest["metadata"]["name"]]
        if manifest["kind"] == "PodDisruptionBudget":
            wanted = manifest["spec"]["selector"]["matchLabels"]
            assert _selected(wanted, labels) == [manifest["metadata"]["name"]]
    for path in _named(services, "Ingress")["parchemin"]["spec"]["rules"][0]["http"]["paths"]:
        assert ("Service", path["backend"]["service"]["name"]) in existing


def test_the_workers_follow_the_lag_of_their_own_group_up_to_the_partitions(services: list[Manifest]) -> None:
    scaled = _named(services, "ScaledObject")
    assert scaled.keys() == {f"{service}-work" for service in SERVICES}
    for service in SERVICES:
        spec = scaled[f"{service}-work"]["spec"]
        [trigger] = spec["triggers"]
        assert trigger["metadata"]["consumerGroup"] == KafkaSettings.model_construct(namespace="").named(service)
        assert spec["maxReplicaCount"] == KafkaSettings.model_fields["partitions"].default
        assert spec["minReplicaCount"] >= 2
        authentication = _named(services, "TriggerAuthentication")[trigger["authenticationRef"]["name"]]
        assert {one["name"] for one in authentication["spec"]["secretTargetRef"]} == {f"parchemin-{service}"}
        assert "replicas" not in _named(services, "Deployment")[f"{service}-work"]["spec"]


def test_nobody_speaks_to_anybody_unless_it_is_said(services: list[Manifest]) -> None:
    policies = _named(services, "NetworkPolicy")
    nobody = policies.pop("nobody")["spec"]
    assert nobody == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for name, policy in policies.items():
        for direction, end in (("ingress", "from"), ("egress", "to")):
            for rule in policy["spec"].get(direction, ()):
                assert rule[end], name
                assert rule["ports"], name
                assert all(peer.get("namespaceSelector", {}).get("matchLabels") for peer in rule[end]), name
    assert policies["from-ingress"]["spec"]["podSelector"]["matchLabels"] == {"parchemin.io/process": "serve"}
    assert policies["to-storage"]["spec"]["podSelector"]["matchExpressions"] == [
        {"key": "app.kubernetes.io/name", "operator": "In", "values": ["evaluations", "documents"]}
    ]


def test_the_namespace_itself_refuses_pods_that_are_not_restricted(
    services: list[Manifest], jobs: list[Manifest]
) -> None:
    [namespace] = _named(jobs, "Namespace").values()
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert {manifest["metadata"]["namespace"] for manifest in services} == {namespace["metadata"]["name"]}


def _rendered(kubectl: str, folder: Path) -> list[Manifest]:
    done = subprocess.run(
        [kubectl, "kustomize", str(folder)],
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        check=True,
        capture_output=True,
        text=True,
    )
    return list(yaml.safe_load_all(done.stdout))


def _named(manifests: list[Manifest], kind: str) -> dict[str, Manifest]:
    return {manifest["metadata"]["name"]: manifest for manifest in manifests if manifest["kind"] == kind}


def _pods(manifests: list[Manifest]) -> Iterator[tuple[str, Manifest]]:
    for manifest in manifests:
        if manifest["kind"] in {"Deployment", "Job"}:
            yield manifest["metadata"]["name"], manifest["spec"]["template"]["spec"]


def _selected(wanted: dict[str, str], labels: dict[str, dict[str, str]]) -> list[str]:
    return [name for name, has in labels.items() if wanted.items() <= has.items()]
