"""The Build panel: settings, live preview, what stands in the way, choices, suggested moves."""
