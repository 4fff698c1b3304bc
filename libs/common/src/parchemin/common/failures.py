"""Which failures pass by themselves: what was asked is not at fault, and asking again may do."""

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

READ_ONLY = "25006"
"""PostgreSQL's `read_only_sql_transaction`: after a failover the way may lead to a standby for a while."""
_SQLITE_PASSING = {5, 6, 7, 8, 9, 10, 13, 14, 15}
"""SQLITE_BUSY, _LOCKED, _NOMEM, _READONLY, _INTERRUPT, _IOERR, _FULL, _CANTOPEN, _PROTOCOL
(https://sqlite.org/rescode.html)."""
_POSTGRES_PASSING = ("08", READ_ONLY, "25P03", "40", "53", "55P03", "57", "58")
"""Connection, read-only, idle in transaction, rollback (deadlock, serialisation), resources, lock not available,
operator, system (appendix A)."""


def is_transient(error: BaseException) -> bool:
    """Whether the database, or the way to it, is at fault. A statement that is wrong stays wrong, on both engines."""
    if isinstance(error, (OSError, TimeoutError, PoolTimeout)):
        return True
    state = getattr(error, "sqlstate", None)  # asyncpg's own errors come bare while a connection is opened
    if isinstance(error, DBAPIError):
        if error.orig is not None and isinstance(error.orig.__cause__, ValueError):
            return False  # asyncpg's DataError: an argument that does not fit its parameter
        if error.connection_invalidated:
            return True
        number = getattr(error.orig, "sqlite_errorcode", None)
        if number is not None:
            return number & 0xFF in _SQLITE_PASSING
        state = getattr(error.orig, "sqlstate", None)
    if isinstance(state, str):
        return state.startswith(_POSTGRES_PASSING)
    return isinstance(error, (OperationalError, InterfaceError))
