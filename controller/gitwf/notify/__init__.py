"""Tells people what happened: by a webhook, or a command of theirs. No run waits for it, and none fails by it."""
