#!/bin/sh
# Runs a command with a PostgreSQL of its own: sh tests/postgres.sh .venv/bin/pytest
# One that DATABASE_URL names already is used as it is. Where PostgreSQL is missing it is installed
# when that may be done without asking; else a sentence says how, which is a failure in CI only.
set -e
[ -n "$DATABASE_URL" ] && exec "$@"

find_bin() {
    bin=${PGBIN:-$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)}
    [ -x "$bin/initdb" ]
}
if ! find_bin; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing postgresql"
        # The tests bring their own cluster: none is made, started or opened here.
        mkdir -p /etc/postgresql-common && touch /etc/postgresql-common/createcluster.conf
        grep -q create_main_cluster /etc/postgresql-common/createcluster.conf ||
            echo "create_main_cluster = false" >>/etc/postgresql-common/createcluster.conf
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
            --no-install-recommends postgresql >/dev/null || true
    fi
    if ! find_bin; then
        echo "PostgreSQL is missing; install it with: sudo apt-get install postgresql" >&2
        [ -n "$REQUIRE_POSTGRES" ] && exit 1
        exit 0
    fi
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
