"""The closed lists of an estimate's lines."""

from enum import StrEnum


class LineUnit(StrEnum):
    """What a rate is paid for."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    FLAT = "flat"
    PIECE = "piece"


class ProductionPhase(StrEnum):
    """When the cost arises."""

    PREPARATION = "preparation"
    SHOOT = "shoot"
    POST_PRODUCTION = "post_production"
