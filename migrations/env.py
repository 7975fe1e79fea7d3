"""Runs migrations on the connection that ``slaflow.store.schema`` hands over.

From a checkout alembic's own command works too: ``alembic -x db=sqlite:///slaflow.db upgrade head``.
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from slaflow.store.database import Database
from slaflow.store.tables.all import belongs_to, metadata


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transactional_ddl=True,
        compare_type=True,
        include_object=belongs_to(connection.dialect.name),
    )
    with context.begin_transaction():
        context.run_migrations()


def _run_on_named_database() -> None:
    url = context.get_x_argument(as_dictionary=True).get("db", "sqlite:///slaflow.db")
    with Database(url).migrating(create=True) as connection:
        _run(connection)


if "connection" in context.config.attributes:
    _run(context.config.attributes["connection"])
else:
    _run_on_named_database()
