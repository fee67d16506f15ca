"""The method: a balanced start, annealing that keeps pieces whole, repair, rebalancing, filling."""
