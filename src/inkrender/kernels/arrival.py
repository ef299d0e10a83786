"""When a wet front arrives: the cheapest way from the seeds to every place of a cost field.

Dijkstra's algorithm on the 8-connected grid with an indexed heap: a step costs its length times the mean of
the costs of its two ends, so the fronts finger along the valleys of the cost as ink does along fibres.
480 x 270 places take a few hundredths of a second; a bleed bakes its map once.
"""

from __future__ import annotations

import numpy as np

from .jit import inline, kernel

FAR = np.float32(3e38)  # not infinity: the kernels are compiled for finite numbers
HALF = np.float32(0.5)
DIAGONAL = np.float32(1.4142135623730951)
ONE = np.float32(1)


@inline
def _rise(heap, slot, time, k):
    """Move heap[k] up to where its time belongs. slot[place] is a place's index in the heap."""
    place = heap[k]
    t = time[place]
    while k > 0:
        parent = (k - 1) >> 1
        if time[heap[parent]] <= t:
            break
        heap[k] = heap[parent]
        slot[heap[k]] = k
        k = parent
    heap[k] = place
    slot[place] = k


@inline
def _sink(heap, slot, time, count):
    """Move heap[0] down to where its time belongs."""
    place = heap[0]
    t = time[place]
    k = 0
    while True:
        child = 2 * k + 1
        if child >= count:
            break
        if child + 1 < count and time[heap[child + 1]] < time[heap[child]]:
            child += 1
        if time[heap[child]] >= t:
            break
        heap[k] = heap[child]
        slot[heap[k]] = k
        k = child
    heap[k] = place
    slot[place] = k


@kernel
def march(dst, cost, seeds, heap, slot):
    """dst (h, w) <- the time at which a front that leaves the seeds at 0 reaches each place.

    cost: float32 (h, w), above 0: how long a step of one place takes. seeds: int32 (n, 2), column and row
    inside the field. heap, slot: int32 (h * w) scratch. dst, cost: float32, contiguous.
    """
    h, w = cost.shape
    time = dst.reshape(h * w)
    price = cost.reshape(h * w)
    for k in range(h * w):
        time[k] = FAR
        slot[k] = -1
    count = 0
    for s in range(seeds.shape[0]):
        k = seeds[s, 1] * w + seeds[s, 0]
        if slot[k] < 0:
            time[k] = np.float32(0)
            heap[count] = k
            slot[k] = count
            count += 1
    while count > 0:
        here = heap[0]
        count -= 1
        heap[0] = heap[count]
        slot[heap[0]] = 0
        slot[here] = -2  # settled
        if count > 0:
            _sink(heap, slot, time, count)
        y = here // w
        x = here - y * w
        t = time[here]
        c = price[here] * HALF
        for dy in range(-1, 2):
            for dx in range(-1, 2):
                if (dx == 0 and dy == 0) or y + dy < 0 or y + dy >= h or x + dx < 0 or x + dx >= w:
                    continue
                k = here + dy * w + dx
                if slot[k] == -2:
                    continue
                length = DIAGONAL if dx != 0 and dy != 0 else ONE
                new = t + length * (c + price[k] * HALF)
                if new < time[k]:
                    time[k] = new
                    if slot[k] < 0:
                        heap[count] = k
                        slot[k] = count
                        count += 1
                    _rise(heap, slot, time, slot[k])


def arrival(cost, seeds):
    """The time at which a front that leaves the seeds at 0 reaches each place: float32 (h, w).

    cost: (h, w), above 0. seeds: (column, row) places, moved to the nearest place of the field where outside.
    """
    cost = np.ascontiguousarray(cost, np.float32)
    h, w = cost.shape
    places = np.array(seeds, np.float64).reshape(-1, 2)
    inside = np.stack([np.clip(places[:, 0], 0, w - 1), np.clip(places[:, 1], 0, h - 1)], axis=1)
    dst = np.empty((h, w), np.float32)
    scratch = np.empty((2, h * w), np.int32)
    march(dst, cost, inside.astype(np.int32), scratch[0], scratch[1])
    return dst
