"""The waterfall: what a work earns, shared exactly and to date. `model` is the language, `engine` the arithmetic."""
