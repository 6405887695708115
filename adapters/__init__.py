"""All I/O: the database, bank files, rates, documents, the embedded servers."""
