"""How a clone takes part in the records of a remote: it follows, holds the lease while it acts, and pushes."""
