"""Where accounts are: coordinates, codes, postcodes, place names, and how sure that is."""
