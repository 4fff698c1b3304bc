#!/bin/sh
# The account of a service, and its bucket: it owns that one, and may make no other. Can be run again.
#
# Needs ADMIN_ENDPOINT_URL, ADMIN_ACCESS_KEY_ID and ADMIN_SECRET_ACCESS_KEY of the object storage, and
# BUCKET, ACCESS_KEY_ID and SECRET_ACCESS_KEY of what is to be made.
set -eu

admin() {
	"${VERSITYGW:-/app/versitygw}" admin "$@"
}

if admin list-users | grep -qwF "$ACCESS_KEY_ID"; then
	admin update-user --access "$ACCESS_KEY_ID" --secret "$SECRET_ACCESS_KEY"
else
	admin create-user --access "$ACCESS_KEY_ID" --secret "$SECRET_ACCESS_KEY" --role user
fi
if ! admin list-buckets | grep -qwF "$BUCKET"; then
	admin create-bucket --owner "$ACCESS_KEY_ID" --bucket "$BUCKET"
fi
