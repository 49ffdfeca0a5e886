"""Whether records are what was written, and agree with one another: pure checks, a kind each."""
