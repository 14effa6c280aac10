"""Measure attributes on generated faces.

Every attribute is a number per face, from six networks (age and sex, origin,
expression, face mesh, iris, person matte) and from colours and textures at places
that the mesh names. None of these networks is shipped: they label training
data only. Faces are aligned to the FFHQ frame by construction, so the crops
are fixed.

    python -m deltatrain.labels --data work/data --models work/labelers --workers 2
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image

from deltatrain.data.attributes import EMOTIONS, NAMES

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

SIDE = 256
FACE_CROP = (36, 56, 220, 240)
"""Left, top, right, bottom of the face in the aligned 256² picture."""
MESH_CROP = (20, 32, 236, 248)

OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
"""Mesh points of the face's outline, in order."""


@dataclass(frozen=True)
class Labelers:
    """ONNX sessions of the labelling networks."""

    faceres: Any
    emotion: Any
    gear: Any
    mesh: Any
    matte: Any
    iris: Any

    @staticmethod
    def load(folder: Path, threads: int = 1) -> Labelers:
        """Open faceres, emotion, gear, facemesh, selfie and iris (.onnx) in folder."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        names = ("faceres", "emotion", "gear", "facemesh", "selfie", "iris")

        def session(name: str) -> Any:
            return onnxruntime.InferenceSession(folder / f"{name}.onnx", options)

        return Labelers(*(session(n) for n in names))


def _crop(image: Bytes, box: tuple[int, int, int, int], side: int) -> Floats:
    picture = Image.fromarray(image).crop(box)
    picture = picture.resize((side, side), Image.Resampling.BILINEAR)
    return np.asarray(picture, dtype=np.float32)


def _run(session: Any, x: Floats) -> list[Floats]:
    return session.run(None, {session.get_inputs()[0].name: x[None]})


def _lab(rgb: Floats) -> Floats:
    """Return CIE L*a*b* (…, 3) of sRGB in [0, 255]."""
    c = rgb.astype(np.float32) / 255
    c = np.where(c > 0.04045, ((c + 0.055) / 1.055) ** 2.4, c / 12.92)
    m = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], np.float32
    )
    xyz = c @ m.T / np.array([0.9505, 1.0, 1.089], np.float32)
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def _inside(polygon: Floats) -> NDArray[np.bool_]:
    """Return the (256, 256) mask of the pixels inside a polygon (n, 2)."""
    yy, xx = np.mgrid[0:SIDE, 0:SIDE] + 0.5
    inside = np.zeros((SIDE, SIDE), bool)
    for (x0, y0), (x1, y1) in zip(polygon, np.roll(polygon, -1, 0), strict=True):
        cross = (y0 > yy) != (y1 > yy)
        inside ^= cross & (xx < (x1 - x0) * (yy - y0) / (y1 - y0 + 1e-9) + x0)
    return inside


def _patch(array: Floats, point: Floats, radius: int = 4) -> Floats:
    x, y = (int(np.clip(v, radius, SIDE - 1 - radius)) for v in point[:2])
    return array[y - radius : y + radius + 1, x - radius : x + radius + 1].reshape(-1, 3)


def _patches(array: Floats, points: Floats, radius: int = 4) -> Floats:
    return np.concatenate([_patch(array, p, radius) for p in points])


def _geometry(p: Floats) -> dict[str, float]:
    """Return ratios of distances between mesh points p (468, 3)."""

    def dist(a: int, b: int) -> float:
        return float(np.linalg.norm(p[a] - p[b]))

    eyes = dist(33, 263)
    height = dist(10, 152)
    centre = (p[13] + p[14]) / 2
    corners = (p[61] + p[291]) / 2
    down = (p[152] - p[168]) / (np.linalg.norm(p[152] - p[168]) + 1e-6)
    brow = (p[105] + p[334] - p[159] - p[386]) / 2
    width = p[454, 0] - p[234, 0] + 1e-6
    middle = (p[33] + p[263]) / 2
    mouth_y = (p[61, 1] + p[291, 1]) / 2
    return {
        "mouth_open": dist(13, 14) / eyes,
        "smile": float(-(corners - centre) @ down) / eyes,
        "mouth_width": dist(61, 291) / eyes,
        "eye_open": (dist(159, 145) / dist(33, 133) + dist(386, 374) / dist(263, 362)) / 2,
        "brow_raise": float(-brow @ down) / eyes,
        "brow_gap": dist(55, 285) / eyes,
        "yaw": float(p[1, 0] - (p[454, 0] + p[234, 0]) / 2) / width,
        "pitch": float((p[1, 1] - middle[1]) / (mouth_y - middle[1] + 1e-6)),
        "face_width": dist(234, 454) / height,
        "jaw_width": dist(172, 397) / dist(234, 454),
        "nose_width": dist(129, 358) / eyes,
        "lip_thick": (dist(0, 13) + dist(14, 17)) / eyes,
        "eye_size": (dist(33, 133) + dist(263, 362)) / (2 * eyes),
        "nose_long": dist(168, 2) / height,
        "cheekbone": dist(123, 352) / (dist(172, 397) + 1e-6),
    }


EYES = ((33, 133, True), (362, 263, False))
"""Mesh points of the corners of each eye, left in the picture first, and whether to mirror."""
EYE_SPAN = 2.3
"""Side of the iris network's crop, in widths of the eye."""


def _gaze(image: Bytes, p: Floats, iris: Any) -> dict[str, float]:
    """Return where the irises stand in their eyes, in widths of the eye, and their colour.

    gaze_x grows to the right of the picture, gaze_y down; gaze_error is how far
    the two eyes disagree on gaze_x.
    """
    places, colours = [], []
    lab = _lab(image.astype(np.float32))
    yy, xx = np.mgrid[0:SIDE, 0:SIDE] + 0.5
    for first, second, mirrored in EYES:
        a, b = p[first, :2], p[second, :2]
        width = float(np.linalg.norm(b - a)) + 1e-6
        centre, half = (a + b) / 2, EYE_SPAN * width / 2
        box = (*(centre - half), *(centre + half))
        picture = Image.fromarray(image).crop(tuple(round(float(v)) for v in box))
        crop = np.asarray(picture.resize((64, 64), Image.Resampling.BILINEAR), np.float32) / 255
        points = _run(iris, np.ascontiguousarray(crop[:, ::-1] if mirrored else crop))[0]
        points = points.reshape(-1, 3)[71:, :2] / 64
        if mirrored:
            points[:, 0] = 1 - points[:, 0]
        points = points * 2 * half + centre - half
        middle = points[0]
        radius = float(np.linalg.norm(points[1:] - middle, axis=1).mean())
        along = (b - a) / width
        across = np.array([-along[1], along[0]])
        places.append(((middle - centre) @ along / width, (middle - centre) @ across / width))
        away = np.hypot(xx - middle[0], yy - middle[1])
        ring = (away < max(0.85 * radius, 2)) & (away > 0.4 * radius)
        ring &= yy > middle[1] - 0.4 * radius  # the upper part lies under the lid
        colours.append(np.median(lab[ring], 0) if ring.any() else lab[int(middle[1]) % SIDE, 0])
    x = [place[0] for place in places]
    colour = np.mean(colours, 0)
    return {
        "gaze_x": float(np.mean(x)), "gaze_error": float(abs(x[0] - x[1])),
        "gaze_y": float(np.mean([place[1] for place in places])),
        "iris_l": float(colour[0]), "iris_a": float(colour[1]), "iris_b": float(colour[2]),
    }  # fmt: skip


def _colours(image: Bytes, p: Floats, alpha: Floats) -> dict[str, float]:
    """Return colours and textures; p are mesh points in pixels, alpha the matte."""
    lab = _lab(image.astype(np.float32))
    light = lab[..., 0]
    gy, gx = np.gradient(light)
    skin = np.median(_patches(lab, p[[50, 280, 205, 425, 117, 346]]), 0)
    lips = np.median(_patches(lab, p[[0, 17, 37, 267, 84, 314]], 1), 0)
    lids = np.median(_patches(lab, p[[159, 386, 158, 385, 223, 443]], 1), 0)
    cheeks = np.median(_patches(lab, p[[50, 280]], 5), 0)
    brows = np.percentile(_patches(lab, p[[105, 334, 66, 296, 63, 293]], 2)[:, 0], 25)
    chin = _patches(lab, p[[199, 175, 208, 428, 194, 418, 170, 395]], 3)
    upper = _patches(lab, p[[164, 167, 393, 92, 322]], 2)
    jaw = _patches(lab, p[[214, 434, 135, 364]], 3)

    height = float(np.linalg.norm(p[10] - p[152]))
    oval = _inside(p[list(OVAL), :2])
    yy, xx = np.mgrid[0:SIDE, 0:SIDE]
    person = alpha > 0.6
    near = np.hypot(xx - p[10, 0], yy - p[10, 1]) < 0.55 * height
    ring = person & ~oval & (yy < p[168, 1]) & near
    ring &= yy < p[10, 1] + 0.25 * height
    hair = np.median(lab[ring], 0) if ring.sum() > 60 else skin
    distance = np.linalg.norm(lab - hair, axis=-1)
    alike = person & ~oval & (distance < 16)
    beside = (yy > p[14, 1]) & (yy < p[152, 1] + 0.35 * height)
    beside &= np.abs(xx - p[152, 0]) < 0.75 * height
    top = _patches(lab, p[[10, 151]] - [[0, 0.06 * height, 0], [0, 0, 0]], 5)
    forehead = _patches(lab, p[[67, 297, 109, 338, 151, 10, 103, 332]], 3)
    hair_skin = float(np.linalg.norm(hair - skin)) + 1e-3
    like_hair = np.linalg.norm(forehead - hair, axis=-1) < np.linalg.norm(forehead - skin, axis=-1)
    back = lab[alpha < 0.1] if (alpha < 0.1).sum() > 200 else lab[:20].reshape(-1, 3)
    fine = np.hypot(gx, gy)[..., None].repeat(3, -1)
    cheek_edge = float(_patches(fine, p[[50, 280, 205, 425]], 5).mean()) + 0.3
    under = p[[230, 450, 229, 449, 231, 451]] + [[0, 0.02 * height, 0]]
    left = np.median(_patches(lab, p[[50, 205, 117]])[:, 0])
    right = np.median(_patches(lab, p[[280, 425, 346]])[:, 0])
    return {
        "skin_l": float(skin[0]), "skin_a": float(skin[1]), "skin_b": float(skin[2]),
        "lip_red": float(lips[1] - skin[1]), "eye_shadow": float(skin[0] - lids[0]),
        "cheek_red": float(cheeks[1]), "brow_dark": float(skin[0] - brows),
        "beard": float(skin[0] - np.median(np.concatenate([chin, jaw])[:, 0])),
        "moustache": float(skin[0] - np.median(upper[:, 0])),
        "beard_texture": float(_patches(fine, p[[199, 175, 208, 428, 214, 434]], 4).mean()),
        "wrinkles": float(_patches(fine, p[[151, 108, 337, 50, 280]], 5).mean()),
        "bridge_edge": float(_patches(np.abs(gy)[..., None].repeat(3, -1), p[[168, 6]], 4).mean())
        / cheek_edge,
        "under_eye_edge": float(_patches(fine, under, 4).mean()) / cheek_edge,
        "hair_l": float(hair[0]), "hair_c": float(np.hypot(hair[1], hair[2])),
        "hair_h": float(np.degrees(np.arctan2(hair[2], hair[1]))),
        "hair_share": float((ring & (distance < 25)).sum() / (height * height)),
        "hair_long": float((alike & beside).sum() / (height * height)),
        "fringe": float(like_hair.mean()),
        "top_skin": 1 - float(np.linalg.norm(np.median(top, 0) - skin)) / (hair_skin + 15),
        "background_l": float(np.median(back[:, 0])),
        "background_c": float(np.median(np.hypot(back[:, 1], back[:, 2]))),
        "light": float(np.median(light[oval])), "light_side": float(right - left),
        "background_detail": float(np.log(np.hypot(gx, gy)[alpha < 0.1].mean() + 0.05))
        if (alpha < 0.1).sum() > 200 else 0.0,
        "picture_l": float(light.mean()),
    }  # fmt: skip


def measure(image: Bytes, nets: Labelers) -> tuple[Floats, Floats, Floats]:
    """Return (attributes (len(NAMES),), mesh (468, 3) in pixels, descriptor (1024,)).

    image is an aligned face, (256, 256, 3) bytes.
    """
    male, descriptor, ages = _run(nets.faceres, _crop(image, FACE_CROP, 224))
    grey = _crop(image, FACE_CROP, 64) @ np.array([0.299, 0.587, 0.114], np.float32)
    emotion = _run(nets.emotion, grey[..., None] / 127.5 - 1)[0][0]
    race = _run(nets.gear, _crop(image, FACE_CROP, 198) / 255)[0][0]
    mesh, flag, _ = _run(nets.mesh, _crop(image, MESH_CROP, 192) / 255)
    scale = (MESH_CROP[2] - MESH_CROP[0]) / 192
    points = mesh.reshape(468, 3) * scale + np.array([MESH_CROP[0], MESH_CROP[1], 0])
    points = points.astype(np.float32)
    alpha = _run(nets.matte, image.astype(np.float32) / 255)[0][0, ..., 0]
    values = {
        "male": float(male[0, 0]),
        "age": float(ages[0] @ np.arange(100)),
        **dict(zip(EMOTIONS, emotion.tolist(), strict=True)),
        **dict(zip(("asian", "indian", "black", "white", "mideast"), race.tolist(), strict=True)),
        **_geometry(points),
        **_colours(image, points, alpha),
        **_gaze(image, points, nets.iris),
        "mesh_score": float(flag.reshape(-1)[0]),
    }
    return np.array([values[n] for n in NAMES], np.float32), points, descriptor[0]


_worker: Labelers | None = None


def _start(models: Path) -> None:
    global _worker
    _worker = Labelers.load(models)


def _label(image: Bytes) -> Floats:
    assert _worker is not None
    return measure(image, _worker)[0]


def main() -> None:
    """Write labels.npy beside the faces; a run that was interrupted continues where it stopped."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=2, help="processes")
    args = parser.parse_args()
    images = np.load(args.data / "images.npy", mmap_mode="r")
    done = np.asarray(np.load(args.data / "done.npy", mmap_mode="r"))
    path = args.data / "labels.npy"
    n = len(images)
    labels = np.load(path) if path.exists() else np.full((n, len(NAMES)), np.nan, np.float32)
    missing = np.flatnonzero((done == 1) & np.isnan(labels[:, 0]))
    start = time.time()
    with multiprocessing.Pool(args.workers, _start, (args.models,)) as pool:
        todo = (np.array(images[k]) for k in missing)
        for made, row in enumerate(pool.imap(_label, todo, chunksize=8)):
            labels[missing[made]] = row
            if (made + 1) % 500 == 0:
                speed = (time.time() - start) / (made + 1) * 1000
                print(f"{made + 1}/{len(missing)} {speed:.0f} ms/face", flush=True)
                np.save(path, labels)
    np.save(path, labels)
    print(f"{len(missing)} faces measured, {np.isfinite(labels[:, 0]).sum()} in all")
