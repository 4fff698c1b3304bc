#!/bin/bash
# A program of a school or a partner that calls the API on its own account (role `client`, reading only).
#
#   docker compose exec identity bash /deploy/program.sh NAME ORGANISATION_ID
#
# prints its secret, which it exchanges for tokens (RFC 6749 §4.4). A name that exists gets the organisation, and keeps
# its secret. In the container of the identity provider; elsewhere set KCADM, KC_SERVER and KC_BOOTSTRAP_ADMIN_PASSWORD.
set -euo pipefail

name=${1:?name of the program, as its client_id}
organisation=${2:?id of its organisation, as /v1/organisations has it}
[[ $name =~ ^[a-z][a-z0-9-]{2,60}$ ]] || { echo "a name has small letters, digits and dashes" >&2; exit 2; }
[[ $organisation =~ ^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$ ]] || { echo "an organisation's id is a UUID" >&2; exit 2; }

config=$(mktemp)
trap 'rm -f "$config"' EXIT

admin() {
	local verb=$1
	shift
	"${KCADM:-/opt/keycloak/bin/kcadm.sh}" "$verb" "$@" --config "$config" --target-realm parchemin
}

# The password goes by the environment of kcadm, not by its arguments.
KC_CLI_PASSWORD=${KC_BOOTSTRAP_ADMIN_PASSWORD:?} "${KCADM:-/opt/keycloak/bin/kcadm.sh}" config credentials \
	--config "$config" --server "${KC_SERVER:-http://localhost:8080/identity}" --realm master \
	--user "${KC_BOOTSTRAP_ADMIN_USERNAME:-admin}" >&2

find_client() {
	admin get clients --query "clientId=$name" --fields id --format csv --noquotes
}

id=$(find_client)
if [ -z "$id" ]; then
	admin create clients --file - >&2 <<-JSON
		{
		  "clientId": "$name",
		  "publicClient": false,
		  "standardFlowEnabled": false,
		  "directAccessGrantsEnabled": false,
		  "serviceAccountsEnabled": true,
		  "fullScopeAllowed": true,
		  "attributes": {"access.token.header.type.rfc9068": "true"},
		  "defaultClientScopes": ["parchemin"],
		  "optionalClientScopes": ["candidates:read", "evaluations:read", "budget:read", "documents:read"]
		}
	JSON
	id=$(find_client)
fi

account=$(admin get "clients/$id/service-account-user" --fields id --format csv --noquotes)
admin update "users/$account" --set "attributes.organisation=[\"$organisation\"]" >&2
admin add-roles --uid "$account" --rolename client >&2
admin get "clients/$id/client-secret" --fields value --format csv --noquotes
