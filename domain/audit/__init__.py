"""What an audit compares: pure checks of the record against itself. Reading it is the adapters' part."""
