"""The shaders that come with inkrender: one file, one look. The folder is the registry."""
