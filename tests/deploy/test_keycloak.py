"""The realm of the identity provider, held against what the services ask of a token."""

import json
from pathlib import Path
from typing import Any

import pytest

from parchemin.common.auth.tokens import ROLE_SCOPES

REALM = Path(__file__).parents[2] / "deploy" / "keycloak" / "parchemin-realm.json"


@pytest.fixture
def realm() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(REALM.read_text())
    return document


def test_each_role_gets_its_scopes_and_no_other(realm: dict[str, Any]) -> None:
    granted = {(role, mapping["clientScope"]) for mapping in realm["scopeMappings"] for role in mapping["roles"]}
    assert granted == {(role.value, scope) for role, scopes in ROLE_SCOPES.items() for scope in scopes}
    assert {role["name"] for role in realm["roles"]["realm"]} == {role.value for role in ROLE_SCOPES}
    named = {scope["name"] for scope in realm["clientScopes"]}
    assert named == {"parchemin", *(scope for scopes in ROLE_SCOPES.values() for scope in scopes)}


def test_the_file_has_no_user_and_no_secret(realm: dict[str, Any]) -> None:
    assert "users" not in realm
    assert all("secret" not in client for client in realm["clients"])


def test_an_app_signs_people_in_with_pkce_and_never_sees_their_password(realm: dict[str, Any]) -> None:
    for client in realm["clients"]:
        assert client["publicClient"]
        assert client["attributes"]["pkce.code.challenge.method"] == "S256"
        assert not client["directAccessGrantsEnabled"]
        assert not client["implicitFlowEnabled"]


def test_nobody_chooses_their_own_organisation_or_the_candidate_they_are(realm: dict[str, Any]) -> None:
    [provider] = realm["components"]["org.keycloak.userprofile.UserProfileProvider"]
    profile = json.loads(provider["config"]["kc.user.profile.config"][0])
    permissions = {one["name"]: one["permissions"] for one in profile["attributes"]}
    for attribute in ("organisation", "candidate_id"):
        assert permissions[attribute] == {"view": ["admin"], "edit": ["admin"]}
    assert "unmanagedAttributePolicy" not in profile
