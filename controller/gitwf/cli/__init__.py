"""The command line: parses words, calls one function of `app`, prints, returns a status."""
