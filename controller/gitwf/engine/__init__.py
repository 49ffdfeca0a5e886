"""Plays a plan: steps in order, jobs on targets, every outcome journaled."""
