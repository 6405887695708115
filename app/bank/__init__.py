"""The bank as the worker meets it: files that it left in our folders are taken in."""
