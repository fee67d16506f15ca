"""Planning: how a plan starts; later also segments, workload and targets."""
