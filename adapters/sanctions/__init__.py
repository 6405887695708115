"""Public lists of names that nothing may be paid to: read from their files, and compared with parties."""
