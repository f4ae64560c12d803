#!/bin/sh
# Stands in for the official image's entry point: makes the cluster in an empty data folder, then becomes the server.
# POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB as there; what follows `postgres` goes to the server.
set -eu
[ "${1:-postgres}" = postgres ] || exec "$@"
[ $# -eq 0 ] || shift
data=${PGDATA:-/var/lib/postgresql/data}
user=${POSTGRES_USER:-postgres}
database=${POSTGRES_DB:-$user}
as_postgres() { setpriv --reuid postgres --regid postgres --clear-groups "$@"; }

mkdir -p "$data" /var/run/postgresql
chown postgres:postgres "$data" /var/run/postgresql
chmod 700 "$data"
if [ ! -s "$data/PG_VERSION" ]; then
  printf '%s\n' "$POSTGRES_PASSWORD" >/tmp/password
  chown postgres /tmp/password
  as_postgres initdb --pgdata "$data" --username "$user" --pwfile /tmp/password --encoding UTF8 --no-sync \
    --auth-host scram-sha-256 --auth-local trust
  rm /tmp/password
  echo 'host all all all scram-sha-256' >>"$data/pg_hba.conf"
  [ "$database" = postgres ] ||
    echo "CREATE DATABASE \"$database\"" | as_postgres postgres --single -D "$data" postgres >/dev/null
fi
exec setpriv --reuid postgres --regid postgres --clear-groups postgres -D "$data" -c listen_addresses='*' "$@"
