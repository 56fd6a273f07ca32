"""Text and first page of an OFD file by ofd2img, which draws with the fonts in the file."""

import sys
from pathlib import Path

import pymupdf
from ofd2img.ofd import OFD

file, folder = sys.argv[1], Path(sys.argv[2])
ofd = OFD()
ofd.read(file, fmt="path")
sys.stdout = sys.stderr
pages = pymupdf.open(stream=ofd.to_pdf())
(folder / "ofd2img.txt").write_text("\n".join(page.get_text() for page in pages))
picture = pages[0].get_pixmap(dpi=100)
picture.save(folder / "ofd2img.png")
dark = sum(red < 128 for red in bytes(picture.samples)[:: picture.n])
if dark < 1000:
    sys.exit("ofd2img: the page is empty")
