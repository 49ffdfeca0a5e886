"""What is known about runs: events, journals, run refs, notes and environments."""
