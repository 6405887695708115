"""Alembic migrations; `sluice db upgrade` runs them as the role that owns the tables."""
