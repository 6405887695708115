"""Statements of sources as files: CSV and XLSX of any layout, read by a declared mapping, row by row."""
