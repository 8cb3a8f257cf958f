"""The interactor as a nuclio function, for a CVAT of one's own."""
