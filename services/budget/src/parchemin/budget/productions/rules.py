"""What a production may be. Pure."""

TWO_DECIMAL_CURRENCIES = frozenset(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP
    CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES
    KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK
    NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
    TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW
    """.split()  # noqa: SIM905 - read more easily than 150 quoted codes
)
"""ISO 4217, active codes whose minor unit is a hundredth: amounts are kept in cents."""


def is_kept_in_cents(currency: str) -> bool:
    """Whether amounts in this currency have two decimals (not the yen, the CFP franc, the dinar…)."""
    return currency in TWO_DECIMAL_CURRENCIES


def may_name_owner(owner: str | None, *, caller: str, caller_is_staff: bool) -> bool:
    """Staff hand a production to whom they name; a candidate keeps it."""
    return caller_is_staff or owner in {None, caller}
