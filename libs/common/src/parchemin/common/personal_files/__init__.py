"""The copy of all that is known of a person: how a service gives its part, and how parts become one archive."""

from parchemin.common.personal_files.exchange import ExchangeSettings, open_exchange
from parchemin.common.personal_files.orders import PartsGiver
from parchemin.common.personal_files.pieces import Gather, Piece, json_piece, plain_name, row_of, stored_piece

__all__ = [
    "ExchangeSettings",
    "Gather",
    "PartsGiver",
    "Piece",
    "json_piece",
    "open_exchange",
    "plain_name",
    "row_of",
    "stored_piece",
]
