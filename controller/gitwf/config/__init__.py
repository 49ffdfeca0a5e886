"""The settings of a repository: `wf.toml` as typed values."""
