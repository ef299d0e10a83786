"""Area opening: what lies above its surroundings on too small a place comes down to their level.

At every threshold at once this takes away the connected components that are smaller than an area, and leaves
all others as they are; values change by no more than the picture does, so that nothing jumps in time.
"""

from __future__ import annotations

from .jit import inline, kernel


@inline
def root_of(parent, p):
    """The root of a pixel's component; the way there is made shorter."""
    root = p
    while parent[root] >= 0:
        root = parent[root]
    while parent[p] >= 0:
        above = parent[p]
        parent[p] = root
        p = above
    return root


@kernel
def area_opening(dst, src, order, parent, area, w, least):
    """dst (n,), a copy of src (n,), rows of w, <- without peaks of less than `least` pixels.

    Union-find as in Meijster and Wilkinson (2002). order: the numbers of all pixels above 0, the lowest there
    is, highest first; parent (n,): int32 scratch, -2 everywhere; area (n,): int32 scratch. Neighbours are
    eight.
    """
    h = src.size // w
    for p in order:
        parent[p] = -1
        area[p] = 1
        y, x = p // w, p % w
        for j in range(max(y - 1, 0), min(y + 2, h)):
            for i in range(max(x - 1, 0), min(x + 2, w)):
                q = j * w + i
                if parent[q] == -2 or q == p:
                    continue
                root = root_of(parent, q)
                if root == p:
                    continue
                if src[root] == src[p] or area[root] < least:
                    area[p] += area[root]
                    parent[root] = p
                else:  # it is large enough by itself: from here on so is this one
                    area[p] = least
    for k in range(order.size - 1, -1, -1):
        p = order[k]
        if parent[p] >= 0:
            dst[p] = dst[parent[p]]
        elif area[p] < least:  # all round it is what lies lowest
            dst[p] = 0
