"""The worker: workflows, activities, outbox relay, bank file intake and archivist in one process."""
