"""Speed of TerraDesk beside its peers: ``python -m bench``. Figures, not tests."""
