"""The embedded stack: all servers and processes of one data folder."""
