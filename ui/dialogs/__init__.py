"""Pages and dialogs around the map; each is shown with ``open()`` and deletes itself."""
