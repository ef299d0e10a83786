"""inkrender: ink-wash film from frame sequences, drawings and procedural layers.

`import inkrender as ink`. Everything here is loaded when it is first used: importing inkrender loads neither
numba, OpenCV, OpenImageIO, imageio, PyAV nor MoviePy.
"""
