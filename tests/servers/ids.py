"""Ids that look random and need no table: a number is turned into 128 bits that can be turned back."""

from typing import NamedTuple

MODULUS = 1 << 128
FACTOR = 0x9E3779B97F4A7C15F39CC0605CEDC835 | 1
INVERSE = pow(FACTOR, -1, MODULUS)
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
MARK = 0x5A  # in every value, so that a made-up id is not taken for one of ours


class Item(NamedTuple):
    kind: str  # "album", "track", "view", "playlist", "user"
    library: int  # the position of its library
    generation: int
    number: int


KINDS = ["album", "track", "view", "playlist", "user"]


def pack(item):
    value = MARK << 120 | KINDS.index(item.kind) << 96 | item.library << 80 | item.generation << 64 | item.number
    return value * FACTOR % MODULUS


def unpack(value):
    value = value * INVERSE % MODULUS
    kind = value >> 96 & 0xFFFFFF
    if value >> 120 != MARK or kind >= len(KINDS):
        return None
    return Item(KINDS[kind], value >> 80 & 0xFFFF, value >> 64 & 0xFFFF, value & 0xFFFFFFFFFFFFFFFF)


def to_hex(item):
    """32 hexadecimal digits, as Jellyfin writes its ids."""
    return f"{pack(item):032x}"


def from_hex(text):
    """The item of an id with or without dashes; None for any other text."""
    digits = text.replace("-", "") if len(text) in (32, 36) else ""
    try:
        return unpack(int(digits, 16)) if len(digits) == 32 else None
    except ValueError:
        return None


def to_letters(item):
    """22 letters and digits, as Navidrome writes its ids."""
    value, text = pack(item), ""
    for _ in range(22):
        value, digit = divmod(value, 62)
        text = DIGITS[digit] + text
    return text


def from_letters(text):
    if len(text) != 22 or any(character not in DIGITS for character in text):
        return None
    value = 0
    for character in text:
        value = value * 62 + DIGITS.index(character)
    return unpack(value) if value < MODULUS else None
