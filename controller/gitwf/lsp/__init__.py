"""The language server, for editors: each answer is a pure function of texts and an offset."""
