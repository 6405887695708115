"""Bank files: written, read, and exchanged through a folder per account."""
