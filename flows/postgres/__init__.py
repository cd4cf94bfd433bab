"""The project's own Postgres server: started and stopped, with its tables and roles."""

from flows.postgres.server import Server, postgres_server, start, status, stop

__all__ = ["Server", "postgres_server", "start", "status", "stop"]
