"""Whose commits may run, and with what: decided by the protected branch or the machine, never by the commit."""
