"""Bank files: how they are written, read and exchanged through a folder per account."""
