"""Boundary files: formats, missing parts, projections, shapes mended, units made of them."""
