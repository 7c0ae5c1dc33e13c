"""`flush`, as Django calls it after each test that commits: rows go only from the tables that have some."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connections, transaction

KEPT = {"django_content_type", "auth_permission"}
"""Django's flush empties them too, and fills them again with the same rows, for no model comes or goes."""


class Command(BaseCommand):
    help = "Empties the tables of a test's database."
    stealth_options = ("database", "interactive", "reset_sequences", "allow_cascade", "inhibit_post_migrate")

    def handle(self, *args: Any, **options: Any) -> None:
        database = options["database"]
        connection = connections[database]
        with transaction.atomic(using=database), connection.cursor() as cursor:  # foreign keys are looked at in its end
            cursor.execute(filled(database))
            for (table,) in cursor.fetchall():
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


@cache
def filled(database: str) -> str:
    """A query for the names of the tables that have rows."""
    connection = connections[database]
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    quote = connection.ops.quote_name
    asks = [f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {quote(name)})" for name in names if name not in KEPT]
    return " UNION ALL ".join(asks)
