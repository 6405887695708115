"""PostgreSQL and Temporal from their wheels, as child processes of ours, with all their state in one folder."""
