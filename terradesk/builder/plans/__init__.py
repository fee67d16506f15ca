"""Between a plan and the builder: settings, problem, accepted edit, words."""
