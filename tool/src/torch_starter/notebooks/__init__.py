"""What a notebook needs: where it may listen, its kernel, what JupyterLab is told, a folder that nobody else can read."""
