"""What is said at GitHub about commits and pull requests, through its REST API."""
