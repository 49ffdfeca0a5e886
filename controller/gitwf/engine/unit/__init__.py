"""What a unit of a flow is played with, what may stop it, and how it ended."""
