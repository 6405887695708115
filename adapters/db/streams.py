"""Names of the journal's streams: one for each production, and one of the house itself."""

HOUSE = "sluice"
"""The stream of what concerns no production: sweeps, an auditor's reads, anchors."""
_OF_PRODUCTIONS = "production/"


def stream_of(production: str) -> str:
    """The stream that holds everything about a production; that of the house itself for none (`""`)."""
    return f"{_OF_PRODUCTIONS}{production}" if production else HOUSE


def production_of(stream: str) -> str:
    """The production that a stream is about; `""` for the stream of the house."""
    return "" if stream == HOUSE else stream.removeprefix(_OF_PRODUCTIONS)
