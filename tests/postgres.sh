#!/bin/sh
# Runs a command with a PostgreSQL of its own: sh tests/postgres.sh .venv/bin/pytest
# One that DATABASE_URL names already is used as it is.
set -e
[ -n "$DATABASE_URL" ] && exec "$@"

bin=${PGBIN:-$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)}
if [ ! -x "$bin/initdb" ]; then
    echo "PostgreSQL is missing; install it with: sudo apt-get install postgresql" >&2
    exit 1
fi
folder=$(mktemp -d /tmp/pgtmp.XXXXXX) # short: a socket's path has 107 bytes at most
as=""
if [ "$(id -u)" = 0 ]; then # initdb refuses root
    as="runuser -u postgres --"
    chown postgres "$folder"
fi
trap '(cd / && $as "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1); rm -rf "$folder"' \
    EXIT INT TERM
(
    cd /
    $as "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync
    $as "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" -o "-k $folder -c listen_addresses='' \
        -c fsync=off -c synchronous_commit=off -c full_page_writes=off" start
) >/dev/null
chmod 711 "$folder"
PGHOST=$folder PGUSER=postgres DATABASE_URL=postgres:///postgres "$@"
