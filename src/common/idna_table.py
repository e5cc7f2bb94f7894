#!/usr/bin/env python3
"""Writes idna_table.h, the Unicode properties that idna.c needs.

Sources: the Python package idna, 3.13 (classes of RFC 5892, scripts, joining types) and
Python's own unicodedata.  Run it again for a newer Unicode version:
    python3 idna_table.py > idna_table.h
"""
import unicodedata

from idna import idnadata


def ranges(points):
    out = []
    for point in sorted(points):
        if out and out[-1][1] == point - 1:
            out[-1][1] = point
        else:
            out.append([point, point])
    return out


def decode(encoded):
    """idna packs a range into one number: first << 32 | end."""
    return [p for r in encoded for p in range(r >> 32, r & 0xFFFFFFFF)]


def joining(*types):
    return [p for p, t in idnadata.joining_types().items() if chr(t) in types]


def write(name, comment, points):
    print(f'\n/* {comment} */\nstatic const AsbCodeRange {name}[] = {{')
    line = '\t'
    for first, last in ranges(points):
        item = f'{{0x{first:X}, 0x{last:X}}}, '
        if len(line) + len(item) > 76:
            print(line.rstrip())
            line = '\t'
        line += item
    print(line.rstrip().rstrip(',') + '\n};')


every = range(0x80, 0x110000)
print(f'''/*
 * idna_table.h
 *	  Unicode properties for IDNA 2008; made by idna_table.py.
 *
 * From the Python package idna (Unicode {idnadata.__version__}); marks and viramas from
 * unicodedata (Unicode {unicodedata.unidata_version}).  Included by idna.c only.
 */''')
write('pvalid', 'RFC 5892: permitted anywhere, beyond ASCII',
      [p for p in decode(idnadata.codepoint_classes['PVALID']) if p >= 0x80])
write('marks', 'combining marks, which cannot begin a label',
      [p for p in every if unicodedata.category(chr(p))[0] == 'M'])
write('viramas', 'canonical combining class 9',
      [p for p in every if unicodedata.combining(chr(p)) == 9])
for script in ('Greek', 'Hebrew'):
    write(script.lower(), f'script {script}', decode(idnadata.scripts[script]))
write('japanese', 'scripts Hiragana, Katakana, Han',
      [p for s in ('Hiragana', 'Katakana', 'Han') for p in decode(idnadata.scripts[s])])
write('joins_next', 'joining types L and D: join with what follows', joining('L', 'D'))
write('joins_previous', 'joining types R and D: join with what precedes', joining('R', 'D'))
write('transparent', 'joining type T', joining('T'))
