"""Make the fixtures that Go's standard library has no encoder for.

Run in this folder with Pillow 13 and NumPy. Every picture shows the twelve
colours of COLOURS in blocks of 16 x 16 pixels, six a row, so that a test can look at
the middle of a block whatever the codec does at its edges.
"""

import numpy as np
from PIL import Image

COLOURS = [
    (0, 0, 0), (255, 255, 255), (255, 0, 0), (0, 255, 0), (0, 0, 255), (128, 128, 128),
    (200, 150, 120), (30, 60, 20), (90, 40, 160), (12, 200, 180), (250, 240, 10), (16, 16, 16),
]  # fmt: skip


def blocks(values):
    a = np.array(values, np.uint8).reshape(2, 6, -1)
    return a.repeat(16, 0).repeat(16, 1)


def main():
    rgb = Image.fromarray(blocks(COLOURS))
    rgb.save("lossy.webp", quality=95, method=6)
    rgb.save("lossless.webp", lossless=True, method=6)
    alpha = np.array([(c, c, c, 255 - 20 * i) for i, c in enumerate(range(0, 240, 20))], np.uint8)
    Image.fromarray(blocks(alpha)).save("alpha.webp", quality=95, method=6, exact=True)
    rgb.save("animated.webp", save_all=True, append_images=[rgb.rotate(180)], duration=100)
    rgb.save("progressive.jpg", quality=95, progressive=True)
    rgb.save("rgb.jpg", quality=95, keep_rgb=True)
    rgb.save("lzw.tif", compression="tiff_lzw")
    grey16 = (np.arange(12).reshape(2, 6) * 5461).astype(np.uint16).repeat(16, 0).repeat(16, 1)
    Image.fromarray(grey16).save("grey16-lzw.tif", compression="tiff_lzw")

    # Inks without black beside some, and with it in the rest.
    inks = np.array([(255 - r, 255 - g, 255 - b, 40 * (i % 3)) for i, (r, g, b) in enumerate(COLOURS)], np.uint8)
    Image.fromarray(blocks(inks), "CMYK").save("cmyk.jpg", quality=95)
    # In YCCK the inks cyan, magenta and yellow stand where red, green and blue
    # do in YCbCr. Pillow writes four components as they are but inverted: give
    # it those of YCCK, and say so in the Adobe segment.
    ycc = np.array(Image.fromarray(blocks(inks)[:, :, :3].copy(), "RGB").convert("YCbCr"))
    stored = np.dstack([ycc, 255 - blocks(inks)[:, :, 3]])
    Image.fromarray(255 - stored, "CMYK").save("ycck.jpg", quality=95)
    data = bytearray(open("ycck.jpg", "rb").read())
    transform = data.index(b"Adobe") + 11
    assert data[transform] == 0
    data[transform] = 2
    open("ycck.jpg", "wb").write(data)
    got = np.array(Image.open("ycck.jpg"))[8::16, 8::16].astype(int)
    assert abs(got - inks.reshape(2, 6, 4)).max() <= 4


if __name__ == "__main__":
    main()
