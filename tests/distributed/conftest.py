"""The server of these tests."""

from tests.distributed.server import postgresql, postgresql_url

__all__ = ["postgresql", "postgresql_url"]
