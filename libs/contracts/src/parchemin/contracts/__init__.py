"""Events, enumerations and shared shapes of Parchemin. Pydantic only, no I/O: a partner may import it."""
