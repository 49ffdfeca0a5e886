"""What GitHub Actions call: what it says to a job, and what a job says to it."""
