"""A workflow as a picture: nodes and edges made from its tree, and the texts that draw them."""
