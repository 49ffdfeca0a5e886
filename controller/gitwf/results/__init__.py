"""What came of experiments: the file of results, its tables and pictures, and trackers that hear of it."""
