"""Plays commands: what a name means, as a step of a run."""
