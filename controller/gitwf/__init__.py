"""git-wf: workflows for machine learning that live in git."""

__version__ = "0.1.0"
