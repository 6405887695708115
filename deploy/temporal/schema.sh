#!/bin/sh
# Bring Temporal's two databases to this server version; safe to run again, which is how an upgrade gets its changes.
set -eu
for pair in temporal:temporal temporal_visibility:visibility; do
  database="${pair%%:*}"
  # Both fail where they were done before; update-schema then still must succeed.
  temporal-sql-tool --db "$database" create || true
  temporal-sql-tool --db "$database" setup-schema -v 0.0 || true
  temporal-sql-tool --db "$database" update-schema -d "/etc/temporal/schema/postgresql/v12/${pair##*:}/versioned"
done
