"""Where jobs run. A job is a folder; whoever wants to know looks into it."""
