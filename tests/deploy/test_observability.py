"""Rules, dashboard and scrape configuration, as Prometheus reads them, over the metrics that the product really has."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import parchemin.common.http.metrics
import parchemin.documents.issuing.metrics  # noqa: F401 - makes its metrics known
from parchemin.common.metrics import REGISTRY

FOLDER = Path(__file__).parents[2] / "deploy" / "observability"
DASHBOARD = FOLDER / "grafana" / "dashboards" / "parchemin.json"
SAMPLES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum")}


def test_prometheus_takes_the_configuration_and_its_rules(tool: Callable[[str], str]) -> None:
    _run(tool("promtool"), "check", "config", str(FOLDER / "prometheus.yml"))


def test_each_alert_fires_when_it_should_and_only_then(tool: Callable[[str], str]) -> None:
    _run(tool("promtool"), "test", "rules", str(FOLDER / "alerts.test.yml"))


def test_every_alert_is_tried_and_says_what_to_look_at() -> None:
    rules = [rule for group in _alerts()["groups"] for rule in group["rules"]]
    scenarios = yaml.safe_load((FOLDER / "alerts.test.yml").read_text())["tests"]
    tried = {one["alertname"] for test in scenarios for one in test["alert_rule_test"] if one["exp_alerts"]}
    assert {rule["alert"] for rule in rules} == tried
    for rule in rules:
        assert rule["annotations"].keys() == {"summary", "description"}, rule["alert"]
        assert rule["labels"]["severity"] in {"warning", "critical"}, rule["alert"]


def test_every_query_of_the_dashboard_is_one_that_prometheus_reads(tool: Callable[[str], str], tmp_path: Path) -> None:
    rules = [
        {"record": f"panel:{number}", "expr": expression.replace("$__rate_interval", "1m").replace("$service", ".*")}
        for number, expression in enumerate(_queries())
    ]
    file = tmp_path / "queries.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    _run(tool("promtool"), "check", "rules", str(file))


def test_rules_and_dashboard_ask_for_metrics_that_there_are() -> None:
    existing = {family.name + suffix for family in REGISTRY.collect() for suffix in SAMPLES.get(family.type, ("",))}
    rules = [rule["expr"] for group in _alerts()["groups"] for rule in group["rules"]]
    asked = {name for text in (*rules, *_queries()) for name in re.findall(r"\bparchemin_[a-z_]+", text)}
    assert asked <= existing


def test_the_dashboard_shows_every_metric_of_the_product() -> None:
    shown = " ".join(_queries())
    families = {family.name for family in REGISTRY.collect() if family.name.startswith("parchemin_")}
    assert families == {name for name in families if re.search(rf"\b{name}(_total|_bucket|_count)?\b", shown)}


def test_panels_fit_the_grid_and_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in _dashboard()["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24
        assert taken.isdisjoint(cells), panel["title"]
        taken |= cells
    identities = [panel["id"] for panel in _dashboard()["panels"]]
    assert len(set(identities)) == len(identities)


def test_grafana_finds_the_data_sources_that_the_dashboard_names() -> None:
    provisioned = yaml.safe_load((FOLDER / "grafana" / "provisioning" / "datasources" / "datasources.yml").read_text())
    known = {source["uid"]: source["type"] for source in provisioned["datasources"]}
    used = {
        (target["datasource"]["uid"], target["datasource"]["type"])
        for panel in _dashboard()["panels"]
        for target in panel.get("targets", ())
    }
    assert used == {("prometheus", known["prometheus"])}


@pytest.mark.parametrize("name", ["receivers", "processors", "exporters"])
def test_the_collectors_pipeline_uses_what_is_configured_and_nothing_is_left_over(name: str) -> None:
    collector = yaml.safe_load((FOLDER / "collector.yml").read_text())
    assert set(collector["service"]["pipelines"]["traces"][name]) == collector[name].keys()


def test_all_processes_of_the_services_are_scraped_in_the_compose_installation() -> None:
    compose = yaml.safe_load((FOLDER.parents[1] / "docker-compose.yml").read_text())
    scraped = yaml.safe_load((FOLDER / "prometheus.yml").read_text())["scrape_configs"][0]["dns_sd_configs"][0]
    processes = {
        name
        for name, container in compose["services"].items()
        if container.get("command", [None])[0] in {"serve", "work"} and name != "reference"
    }
    assert set(scraped["names"]) == processes
    assert scraped["port"] == 8000


def _alerts() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((FOLDER / "alerts.yml").read_text())
    return document


def _dashboard() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(DASHBOARD.read_text())
    return document


def _queries() -> Iterator[str]:
    for panel in _dashboard()["panels"]:
        for target in panel.get("targets", ()):
            yield target["expr"]


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
