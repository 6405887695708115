#!/bin/sh
# Run once by the PostgreSQL image on an empty volume: the three roles that migrations grant to, as embedded has them.
set -eu
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --set=owner="$(cat /run/secrets/sluice_owner_password)" \
  --set=app="$(cat /run/secrets/sluice_app_password)" \
  --set=auditor="$(cat /run/secrets/sluice_auditor_password)" <<'SQL'
CREATE ROLE sluice_owner LOGIN PASSWORD :'owner';
CREATE ROLE sluice_app LOGIN PASSWORD :'app';
CREATE ROLE sluice_auditor LOGIN PASSWORD :'auditor';
ALTER ROLE sluice_auditor SET default_transaction_read_only = on;
ALTER DATABASE sluice OWNER TO sluice_owner;
REVOKE ALL ON DATABASE sluice FROM PUBLIC;
GRANT CONNECT ON DATABASE sluice TO sluice_owner, sluice_app, sluice_auditor;
SQL
