"""Compares a bundle's lists of bank messages and imports with its journal."""

from collections.abc import Iterator, Mapping

from .bundle import Bundle, Json

Message = tuple[str, str]
"""Its direction (`out`, `in`) and its id."""
_UNHEARD = frozenset(("run-submitted", "run-doubted"))
_IMPORT = ("kind", "source", "statement", "count", "sha256")


def messages_of(event: Json) -> dict[Message, str | None]:
    """Return the bank messages that a fact names, with the file's hash if the fact has it."""
    if event["type"] in _UNHEARD:
        return {("out", event.get("enquiry_message_id") or event["message_id"]): event["file"]}
    return {("in", event["message_id"]): None} if "message_id" in event else {}


def unlisted_messages(bundle: Bundle, known: Mapping[Message, str | None]) -> Iterator[str]:
    """Yield bank files that are missing, or differ from the facts."""
    missing = dict(known)
    for file in bundle.lines("bank_files.jsonl"):
        message = (file["direction"], file["message_id"])
        digest = missing.pop(message, None)
        if digest not in {None, file["sha256"]}:
            yield f"message {message[1]} is listed with another file than the one that its fact names"
        if f"documents/{file['sha256']}" not in bundle.sizes:
            yield f"the file of message {message[1]} is missing"
    yield from (f"message {name} ({direction}) is in the facts and not listed" for direction, name in missing)


def misdescribed_imports(bundle: Bundle, known: Mapping[int, Json]) -> Iterator[str]:
    """Yield imports that differ from their facts, or are not listed."""
    missing = dict(known)
    for row in bundle.lines("imports.jsonl"):
        event = missing.pop(row["seq"], None)
        expected = event and {"version": event["version"]} | {name: event["rows"][name] for name in _IMPORT}
        if expected is None or expected != {name: row[name] for name in expected}:
            yield f"the import of event {row['seq']} is not described as in the journal"
    yield from (f"the import of event {seq} is not listed" for seq in missing)
