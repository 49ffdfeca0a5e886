"""What a run writes down as it is played, and answers from there when it is played again."""
