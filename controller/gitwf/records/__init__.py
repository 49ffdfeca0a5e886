"""What is known about runs: events, journals, run refs, notes and environments.

The refs are the truth and travel; the journal holds what they do not hold yet; caches in the state
folder only make things fast: deleting them changes nothing.
"""
