"""The interactor for CVAT: an agent of cvat-cli, and a nuclio function."""
