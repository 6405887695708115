"""The PostgreSQL database: tables, the store that appends events, and the queries."""
