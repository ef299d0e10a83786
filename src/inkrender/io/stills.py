"""Single pictures: PNG 8/16, JPEG, TIFF 8/16/float, OpenEXR half/float.

What a file means, unless told otherwise: integers are sRGB-encoded, floats are linear; PNG has straight
alpha, EXR premultiplied, TIFF says which in ExtraSamples; a file without alpha is opaque. Formats are
recognised by their content when read, by their suffix when written. Every reader gives Rec.709 primaries.
"""

from .stills_read import Raw, channels, describe, opaque_light, raw, read, read_pass, size, to_light
from .stills_write import SUFFIXES, encode_png, write

__all__ = [
    "SUFFIXES",
    "Raw",
    "channels",
    "describe",
    "encode_png",
    "opaque_light",
    "raw",
    "read",
    "read_pass",
    "size",
    "to_light",
    "write",
]
