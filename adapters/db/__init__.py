"""The database: PostgreSQL holds every fact. Tables, the store that appends, and the questions that people ask."""
