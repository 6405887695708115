"""Pure checks of the record against itself. The adapters read the record."""
