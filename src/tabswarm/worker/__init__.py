"""The shells round the executor: what runs tasks on one kind of device.

native/   a supervisor and its processes, on one's own machines
pyodide/  the Python side of a tab's Worker
"""
