"""The swap finder: few moves and exchanges that bring an existing plan within tolerance."""
