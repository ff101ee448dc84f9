"""The installer of the notebook host, in the order of the work: packages, jars, host, archive, folder."""
