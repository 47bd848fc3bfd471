"""The window onto `fame`: state, resources, charts, components and widgets; no science."""
