"""Use cases of milestones and their evidence."""
