"""Executes a notebook in a Jupyter kernel: execute.py SOURCE TARGET FOLDER SECONDS (0 for no limit).

What was put out is written to TARGET however the run ends; a cell's own error is among it.
"""
import sys

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

source, target, folder, seconds = sys.argv[1:5]
notebook = nbformat.read(source, as_version=4)
client = NotebookClient(
    notebook, kernel_name=".net-csharp", timeout=int(seconds) or None, startup_timeout=300, resources={"metadata": {"path": folder}})
try:
    client.execute()
except CellExecutionError:
    pass
finally:
    nbformat.write(notebook, target)
