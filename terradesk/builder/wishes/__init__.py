"""What a planner can ask for, each turned into a problem that `build` takes, and back."""
