"""The notebook host: what happens inside one notebook run's process."""
