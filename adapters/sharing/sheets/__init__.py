"""Statements of sources as files: CSV and XLSX of any layout, read row by row with a declared mapping."""
