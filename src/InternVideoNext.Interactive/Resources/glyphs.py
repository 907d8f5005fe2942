"""Writes open-sans.glyphs, the letters of saved charts: python3 glyphs.py OpenSans-Regular.ttf OpenSans-Semibold.ttf (needs fontTools).

A line is a weight, a character's code, the advance and the outline, in units of 1/2048 em with y upwards.
"""
import sys
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.ttLib import TTFont

CHARACTERS = [*range(0x20, 0x7F), *range(0xA0, 0x100), *range(0x391, 0x3D0), *range(0x2010, 0x2027), 0x2030, 0x2032,
              0x2044, 0x20AC, 0x2113, 0x2122, 0x2202, 0x2206, 0x220F, 0x2211, 0x2212, 0x221A, 0x221E, 0x222B, 0x2248,
              0x2260, 0x2264, 0x2265, 0x2070, *range(0x2074, 0x207A), 0x207B, 0x207F]

with open("open-sans.glyphs", "w", encoding="ascii") as out:
    out.write("# Open Sans 1.11, digitized data copyright 2010-2011, Google Corporation; Apache License 2.0. Made by glyphs.py.\n")
    for weight, file in ((400, sys.argv[1]), (600, sys.argv[2])):
        font = TTFont(file)
        assert font["head"].unitsPerEm == 2048
        names, glyphs = font.getBestCmap(), font.getGlyphSet()
        for code in CHARACTERS:
            if code not in names:
                continue
            pen = SVGPathPen(glyphs, ntos=lambda number: str(round(number)))
            glyphs[names[code]].draw(pen)
            out.write(f"{weight} {code:X} {glyphs[names[code]].width} {pen.getCommands()}\n")
