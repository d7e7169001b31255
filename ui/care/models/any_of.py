"""`field__any_of=values`: as `in`, for a thousand values.

Django writes each value of an `in` into the statement, checked and adapted by itself; here all of them are
one parameter.
"""

import json
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field
from django.db.models.lookups import Lookup
from django.db.models.sql.compiler import SQLCompiler

Sql = tuple[str, list[Any]]

if TYPE_CHECKING:
    _Lookup = Lookup[Any]
else:
    _Lookup = Lookup


@Field.register_lookup
class AnyOf(_Lookup):
    """Numbers or words, of which the field's value is one."""

    lookup_name = "any_of"
    prepare_rhs = False

    def process_lhs(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, lhs: Any = None
    ) -> tuple[str, Any]:
        """Return the column. Raises EmptyResultSet where nothing can be found: nothing is asked then."""
        if not self.rhs:
            raise EmptyResultSet
        return super().process_lhs(compiler, connection, lhs)

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:
        """Return it for SQLite."""
        left, params = self.process_lhs(compiler, connection)
        one_of = f"{left} IN (SELECT value FROM json_each(%s))"  # noqa: S608 -- the column as Django writes it
        return one_of, [*params, json.dumps(list(self.rhs))]

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:
        """Return it for PostgreSQL."""
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s)", [*params, list(self.rhs)]
