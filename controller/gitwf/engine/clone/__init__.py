"""What a clone holds of its runs: workspaces, locks, and what they have left."""
