"""How fast one replica prefills and decodes, and what load does to that."""
