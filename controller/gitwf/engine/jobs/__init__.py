"""Jobs of commands: how one is started, watched and ended."""
