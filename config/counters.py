"""The cache that limits are counted in: Django's table, without its silence.

Django's own swallows a write that fails, and whoever counts in it takes that for a limit reached:
on a full disk everybody was told of too many attempts. Here it is an exception like any other. And
the table is not counted at each write.
"""

import base64
import pickle
import secrets
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import connections, router

COUNTED_ONCE_IN = 200  # writes


class Counters(DatabaseCache):
    def _base_set(
        self, mode: str, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT
    ) -> bool:
        """Write, in one statement. Returns whether `add` found room, `touch` a row."""
        database = router.db_for_write(self.cache_model_class)
        connection = connections[database]
        table = connection.ops.quote_name(self._table)  # type: ignore[attr-defined]  # Django's own
        until = self.get_backend_timeout(timeout)
        expires = datetime.max if until is None else datetime.fromtimestamp(until, tz=UTC)
        now = datetime.now(tz=UTC).replace(microsecond=0)
        adapt = connection.ops.adapt_datetimefield_value
        ends = adapt(expires.replace(microsecond=0))
        held = base64.b64encode(pickle.dumps(value, self.pickle_protocol)).decode("ascii")
        with connection.cursor() as cursor:
            if mode == "touch":
                cursor.execute(f"UPDATE {table} SET expires = %s WHERE cache_key = %s", [ends, key])
                return bool(cursor.rowcount)
            if not secrets.randbelow(COUNTED_ONCE_IN):
                cursor.execute(f"SELECT COUNT(*) FROM {table}")
                count = cursor.fetchone()[0]
                if count > self._max_entries:
                    self._cull(database, cursor, now, count)  # type: ignore[attr-defined]  # Django's own
            only = f" WHERE {table}.expires < %s" if mode == "add" else ""
            cursor.execute(
                f"INSERT INTO {table} (cache_key, value, expires) VALUES (%s, %s, %s) "
                "ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, "
                f"expires = excluded.expires{only}",
                [key, held, ends, *([adapt(now)] if only else [])],
            )
            return bool(cursor.rowcount)
