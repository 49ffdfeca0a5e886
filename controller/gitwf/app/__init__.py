"""One module a use case: what the command line, the hooks and the editor call."""
