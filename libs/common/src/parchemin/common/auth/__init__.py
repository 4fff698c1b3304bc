"""Who calls, and what they may: bearer tokens of an OpenID Connect provider, roles, scopes, organisation."""

from parchemin.common.auth.access import Access, public
from parchemin.common.auth.principal import Principal

__all__ = ["Access", "Principal", "public"]
