"""What payments need from the records: the rates that runs pay at."""
