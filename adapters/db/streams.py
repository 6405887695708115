"""Names of the journal's streams: one per production, and one for the house."""

HOUSE = "sluice"
"""The stream of what concerns no production: sweeps, an auditor's reads, anchors."""
OF_PRODUCTIONS = "production/"


def stream_of(production: str) -> str:
    """Return the stream of a production; the house's stream for `""`."""
    return f"{OF_PRODUCTIONS}{production}" if production else HOUSE


def production_of(stream: str) -> str:
    """Return the production of a stream; `""` for the house's stream."""
    return "" if stream == HOUSE else stream.removeprefix(OF_PRODUCTIONS)
