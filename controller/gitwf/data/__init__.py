"""DVC's stages and files: locks, hashes, the cache, the run cache and workspaces."""
