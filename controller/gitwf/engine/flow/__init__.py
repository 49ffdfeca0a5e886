"""The interpreter of flows: blocks, chains, and a module for each directive."""
