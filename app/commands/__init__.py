"""User commands and the workflows that carry them out."""
