"""Books for other programs: journal, general ledger and trial balance as CSV, XLSX and Beancount files."""
