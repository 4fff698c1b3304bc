#!/bin/sh
# One database and one role for each service, and for the identity provider: a role owns its database, and nobody but
# its owner may connect to it. Passwords come from the environment, PARCHEMIN_<NAME>_DATABASE_PASSWORD.
#
# The PostgreSQL image runs this once, on an empty volume. It may be run again, and against any server, as a
# superuser by the usual variables (PGHOST, PGUSER…): what exists keeps its data, and gets the password that is set.
set -eu

for name in candidates evaluations budget documents identity; do
	variable="PARCHEMIN_$(echo "$name" | tr '[:lower:]' '[:upper:]')_DATABASE_PASSWORD"
	eval "password=\${$variable:-}"
	if [ -z "$password" ]; then
		echo "$variable is not set" >&2
		exit 1
	fi
	# By the environment of psql, not by its arguments: those are for every account of the machine to read.
	role="$name" role_password="$password" \
		psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --dbname "${POSTGRES_DB:-postgres}" \
		--username "${POSTGRES_USER:-${PGUSER:-postgres}}" <<-'SQL'
		\getenv role role
		\getenv password role_password
		-- A statement that fails is not written to the log with the password in it.
		SET log_min_error_statement = panic;
		SET log_statement = none;
		SET password_encryption = 'scram-sha-256';

		SELECT format('CREATE ROLE %I LOGIN', :'role')
		WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
		ALTER ROLE :"role" NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'password';

		SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING ''UTF8''', :'role', :'role')
		WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'role') \gexec
		REVOKE ALL ON DATABASE :"role" FROM PUBLIC;

		\connect :"role"
		REVOKE ALL ON SCHEMA public FROM PUBLIC;
	SQL
done

# The maintenance databases are the administrator's.
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --dbname "${POSTGRES_DB:-postgres}" \
	--username "${POSTGRES_USER:-${PGUSER:-postgres}}" \
	--command 'REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC'
