"""Files that come: bytes or text in, proposals out. Nothing here stores, logs or shows anything.

`planner.imports.apart.read_apart` reads what somebody sent, in a child process with limits of time
and memory. What it gives back is a document (see `planner.imports.reading`): what may be offered
for ticking, what was left out and why, what was not understood, and checks of completeness. Texts
in it are codes, but for what the file itself prints; sentences are made in `planner.words.imports`.
"""
