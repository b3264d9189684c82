"""Just enough of the Ogg format (RFC 3533) to make files that encoders do not make."""

import struct


def _crc(data):
    crc = 0
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = ((crc << 1) ^ 0x04C11DB7) & 0xFFFFFFFF if crc & 0x80000000 else (crc << 1) & 0xFFFFFFFF
    return crc


def _page(flags, granule, serial, sequence, lacing, body):
    head = b"OggS\0" + struct.pack("<BqIIIB", flags, granule, serial, sequence, 0, len(lacing)) + bytes(lacing)
    return head[:22] + struct.pack("<I", _crc(head + body)) + head[26:] + body


def _lacing(packet):
    return [255] * (len(packet) // 255) + [len(packet) % 255]


def _pages(data):
    """(flags, granule, lacing, body) of each page."""
    position = 0
    while position < len(data):
        flags, granule = struct.unpack_from("<Bq", data, position + 5)
        lacing = data[position + 27:position + 27 + data[position + 26]]
        start = position + 27 + len(lacing)
        yield flags, granule, lacing, data[start:start + sum(lacing)]
        position = start + sum(lacing)


def with_headers_twice(data):
    """A Vorbis file with its three headers again on a page of their own, as three files of the game HyperRogue have them: FFmpeg refuses those."""
    pages = list(_pages(data))
    packets, rest, count = [], b"", 0
    while len(packets) < 3:
        _, _, lacing, body = pages[count]
        count += 1
        for size in lacing:
            rest, body = rest + body[:size], body[size:]
            if size < 255:
                packets.append(rest)
                rest = b""
    result = [(2, 0, packets[:1]), (0, 0, packets[1:]), (0, -104, packets)]
    made = [_page(flags, granule, 1, number, sum(map(_lacing, texts), []), b"".join(texts)) for number, (flags, granule, texts) in enumerate(result)]
    made += [_page(flags, granule, 1, number, lacing, body) for number, (flags, granule, lacing, body) in enumerate(pages[count:], len(result))]
    return b"".join(made)
