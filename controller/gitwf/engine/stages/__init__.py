"""DVC stages: restored where their results are known, executed once, kept."""
