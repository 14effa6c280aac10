"""The concepts: what people ask of a face editor, as directions among the axes.

A concept says of which faces it is true (a score and the share of faces that
are highest in it) and which axes an edit toward it may move. Its direction is
measured: the faces of which it is true less the others, in those axes alone
(deltatrain.train.space). Left and right are those of the picture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Columns = Mapping[str, Floats]

SMILE = ("smile", "teeth", "mouth_open", "sad", "angry")
HAIR = ("hair_black", "hair_brown", "hair_blond", "hair_red", "hair_grey", "hair_light")
BEARD = ("beard", "moustache")
SKIN = ("skin_light", "skin_warm", "light")
MOOD = ("smile", "angry", "sad", "surprised", "afraid", "disgusted", "brow_raise", "mouth_open")


@dataclass(frozen=True)
class Concept:
    """A named direction.

    target is its plainest prompt; plain holds other common prompts. axes are the
    axes that it may move. score maps the standardised axes' columns to one number
    per face; the concept is true of the given share of faces, those with the highest
    scores.
    """

    name: str
    target: str
    axes: tuple[str, ...]
    score: Callable[[Columns], Floats]
    share: float
    plain: tuple[str, ...] = ()


def along(**weights: float) -> Callable[[Columns], Floats]:
    """Return a score: the weighted sum of axes."""

    def score(c: Columns) -> Floats:
        return np.sum([w * c[name] for name, w in weights.items()], 0, dtype=np.float32)

    return score


def near(axis: str, centre: float, **weights: float) -> Callable[[Columns], Floats]:
    """Return a score that is highest where axis is centre, plus a weighted sum."""
    rest = along(**weights) if weights else None

    def score(c: Columns) -> Floats:
        value = -np.abs(c[axis] - centre)
        return (value + rest(c) if rest else value).astype(np.float32)

    return score


CONCEPTS: tuple[Concept, ...] = (
    # Expression
    Concept("smiling", "smiling face", SMILE, along(smile=1, teeth=0.3), 0.4,
            ("smile", "happy face", "face with a smile")),
    Concept("closed smile", "face smiling with closed mouth", ("smile", "teeth", "mouth_open"),
            along(smile=0.7, teeth=-1, mouth_open=-0.7), 0.12,
            ("closed-mouth smile", "gentle smile", "smirk")),
    Concept("open smile", "face with an open smile", SMILE, along(smile=1, teeth=1), 0.25,
            ("toothy smile", "big smile", "smiling with teeth")),
    Concept("laughing", "laughing face", SMILE, along(smile=1, teeth=0.6, mouth_open=1.2), 0.12,
            ("laughing", "face that laughs")),
    Concept("serious", "serious face", ("smile", "teeth", "mouth_open"),
            along(smile=-1, teeth=-0.4), 0.3,
            ("not smiling", "neutral expression", "unsmiling face")),
    Concept("angry", "angry face", MOOD, along(angry=1, smile=-0.7, brow_raise=-0.5), 0.08,
            ("angry", "furious face", "face with an angry expression")),
    Concept("sad", "sad face", MOOD, along(sad=1, smile=-0.7), 0.1,
            ("sad", "unhappy face", "sad expression")),
    Concept("surprised", "surprised face", (*MOOD, "eye_open"),
            along(surprised=1, brow_raise=0.6, mouth_open=0.5, eye_open=0.5, smile=-0.2), 0.08,
            ("surprised", "shocked face", "face with a surprised expression")),
    Concept("afraid", "frightened face", (*MOOD, "eye_open"),
            along(afraid=1, smile=-0.5, eye_open=0.4, mouth_open=0.3), 0.07,
            ("scared face", "afraid", "fearful expression")),
    Concept("disgusted", "disgusted face", MOOD, along(disgusted=1, smile=-0.4), 0.07,
            ("disgusted", "face with a disgusted expression")),
    Concept("crying", "crying face", MOOD, along(sad=1, smile=-0.5, mouth_open=0.4, afraid=0.4),
            0.05, ("crying", "face in tears")),
    Concept("mouth open", "face with an open mouth", ("mouth_open",), along(mouth_open=1), 0.12,
            ("open mouth", "mouth open")),
    Concept("mouth closed", "face with a closed mouth", ("mouth_open", "teeth"),
            along(mouth_open=-1, teeth=-0.7), 0.35, ("closed mouth", "mouth closed")),
    Concept("eyes wide", "face with wide open eyes", ("eye_open",), along(eye_open=1), 0.12,
            ("wide open eyes", "wide eyes")),
    Concept("eyes narrow", "face with narrow eyes", ("eye_open",), along(eye_open=-1), 0.12,
            ("narrow eyes", "squinting eyes")),
    Concept("eyes closed", "face with closed eyes", ("eye_open", "gaze_y"),
            along(eye_open=-1, gaze_y=0.5), 0.04, ("closed eyes", "eyes closed")),
    Concept("big eyes", "face with big eyes", ("eye_size", "eye_open"),
            along(eye_size=1, eye_open=0.4), 0.12, ("big eyes", "large eyes")),
    Concept("small eyes", "face with small eyes", ("eye_size", "eye_open"),
            along(eye_size=-1, eye_open=-0.4), 0.12, ("small eyes",)),
    Concept("gaze left", "face looking to the left", ("gaze_x",), along(gaze_x=-1), 0.12,
            ("eyes looking left", "looking left")),
    Concept("gaze right", "face looking to the right", ("gaze_x",), along(gaze_x=1), 0.12,
            ("eyes looking right", "looking right")),
    Concept("facing left", "face turned to the left", ("yaw", "light_side"), along(yaw=-1), 0.12,
            ("head turned left", "facing left")),
    Concept("facing right", "face turned to the right", ("yaw", "light_side"), along(yaw=1), 0.12,
            ("head turned right", "facing right")),
    Concept("looking up", "face looking up", ("pitch", "gaze_y"), along(pitch=-1, gaze_y=-0.3),
            0.1, ("head tilted up", "looking up")),
    Concept("looking down", "face looking down", ("pitch", "gaze_y"), along(pitch=1, gaze_y=0.3),
            0.1, ("head tilted down", "looking down")),
    Concept("raised brows", "face with raised eyebrows", ("brow_raise",), along(brow_raise=1),
            0.1, ("raised eyebrows", "eyebrows raised")),
    # Age and sex as perceived
    Concept("child", "face of a child", ("age", "wrinkles"), along(age=-1), 0.09,
            ("child", "kid", "little child")),
    Concept("teenager", "face of a teenager", ("age", "wrinkles"), near("age", -0.95), 0.15,
            ("teenager", "teenage face")),
    Concept("young", "young face", ("age", "wrinkles"), along(age=-1), 0.25,
            ("young person", "younger face")),
    Concept("middle-aged", "middle-aged face", ("age", "wrinkles"), near("age", 0.9), 0.18,
            ("middle-aged person", "face in middle age")),
    Concept("old", "old face", ("age", "wrinkles"), along(age=1, wrinkles=0.2), 0.14,
            ("old person", "elderly face", "older face")),
    Concept("very old", "very old face", ("age", "wrinkles", "hair_grey", "hair_light"),
            along(age=1, wrinkles=0.3, hair_grey=0.3), 0.05, ("very old person", "ancient face")),
    Concept("male", "face of a man", ("male", "brow_dark"), along(male=1), 0.42,
            ("man", "male face", "masculine face")),
    Concept("female", "face of a woman", ("male", "brow_dark"), along(male=-1), 0.45,
            ("woman", "female face", "feminine face")),
    # Hair
    Concept("black hair", "face with black hair", HAIR, along(hair_black=1, hair_light=-0.7),
            0.2, ("black hair", "black-haired person")),
    Concept("dark brown hair", "face with dark brown hair", HAIR,
            along(hair_brown=0.7, hair_black=0.2, hair_light=-0.5), 0.2, ("dark brown hair",)),
    Concept("brown hair", "face with brown hair", HAIR,
            along(hair_brown=1, hair_black=-0.5, hair_blond=-0.4, hair_grey=-0.4), 0.2,
            ("brown hair", "brunette")),
    Concept("blond hair", "face with blond hair", HAIR, along(hair_blond=1, hair_light=0.4), 0.12,
            ("blond hair", "blonde hair", "blonde")),
    Concept("platinum hair", "face with platinum blond hair", HAIR,
            along(hair_blond=0.8, hair_light=1, hair_red=-0.4, age=-0.4), 0.04,
            ("platinum blond hair", "platinum hair")),
    Concept("red hair", "face with red hair", HAIR, along(hair_red=1), 0.06,
            ("red hair", "ginger hair", "redhead")),
    Concept("grey hair", "face with grey hair", HAIR, along(hair_grey=1), 0.08,
            ("grey hair", "gray hair", "silver hair")),
    Concept("white hair", "face with white hair", HAIR, along(hair_grey=0.8, hair_light=0.8),
            0.04, ("white hair",)),
    Concept("long hair", "face with long hair", ("hair_long",), along(hair_long=1), 0.25,
            ("long hair", "long-haired person")),
    Concept("medium hair", "face with shoulder-length hair", ("hair_long",),
            near("hair_long", 0.75), 0.15, ("shoulder-length hair", "medium-length hair")),
    Concept("short hair", "face with short hair", ("hair_long",), along(hair_long=-1), 0.3,
            ("short hair", "short haircut")),
    Concept("straight hair", "face with straight hair", ("hair_curly",), along(hair_curly=-1),
            0.35, ("straight hair",)),
    Concept("wavy hair", "face with wavy hair", ("hair_curly",), near("hair_curly", 1.0), 0.15,
            ("wavy hair",)),
    Concept("curly hair", "face with curly hair", ("hair_curly",), along(hair_curly=1), 0.1,
            ("curly hair", "curls")),
    Concept("fringe", "face with a fringe", ("fringe",), along(fringe=1), 0.2,
            ("fringe", "bangs", "face with bangs")),
    Concept("no fringe", "face without a fringe", ("fringe",), along(fringe=-1), 0.4,
            ("no fringe", "no bangs")),
    Concept("receding hair", "face with a receding hairline", ("bald", "fringe"),
            along(bald=1, fringe=-0.2), 0.1, ("receding hairline", "thinning hair")),
    Concept("bald", "bald face", ("bald", "fringe", "hair_long"),
            along(bald=1, hair_long=-0.2, fringe=-0.2), 0.04, ("bald head", "bald person")),
    Concept("tied hair", "face with hair tied back", ("tied", "hair_long"), along(tied=1), 0.12,
            ("hair tied back", "ponytail")),
    # Facial hair
    Concept("beard", "face with a beard", BEARD, along(beard=1, moustache=0.3), 0.08,
            ("beard", "bearded face", "full beard")),
    Concept("stubble", "face with stubble", BEARD, near("beard", 1.2, moustache=0.1, male=0.5),
            0.1, ("stubble", "unshaven face")),
    Concept("moustache", "face with a moustache", BEARD, along(moustache=1, beard=0.2), 0.07,
            ("moustache", "mustache")),
    Concept("goatee", "face with a goatee", BEARD, along(beard=0.8, moustache=0.8), 0.06,
            ("goatee",)),
    Concept("clean-shaven", "clean-shaven man", BEARD, along(beard=-1, moustache=-1), 0.6,
            ("clean-shaven face", "no beard")),
    # Brows, eyes
    Concept("thick brows", "face with thick eyebrows", ("brow_dark",), along(brow_dark=1), 0.15,
            ("thick eyebrows", "bushy eyebrows")),
    Concept("thin brows", "face with thin eyebrows", ("brow_dark",), along(brow_dark=-1), 0.15,
            ("thin eyebrows",)),
    Concept("blue eyes", "face with blue eyes", ("eye_blue",), along(eye_blue=1), 0.15,
            ("blue eyes", "blue-eyed person")),
    Concept("brown eyes", "face with brown eyes", ("eye_blue",), along(eye_blue=-1), 0.3,
            ("brown eyes", "dark eyes")),
    # Things worn
    Concept("glasses", "face with glasses", ("glasses",), along(glasses=1), 0.12,
            ("glasses", "wearing glasses", "eyeglasses")),
    Concept("no glasses", "face without glasses", ("glasses",), along(glasses=-1), 0.5,
            ("no glasses", "without glasses")),
    Concept("sunglasses", "face with sunglasses", ("sunglasses", "glasses"),
            along(sunglasses=1), 0.02, ("sunglasses", "wearing sunglasses")),
    Concept("hat", "face with a hat", ("hat",), along(hat=1), 0.05,
            ("hat", "wearing a hat", "cap")),
    Concept("earrings", "face with earrings", ("earrings",), along(earrings=1), 0.08,
            ("earrings", "wearing earrings")),
    Concept("necklace", "face with a necklace", ("necklace",), along(necklace=1), 0.04,
            ("necklace", "wearing a necklace")),
    Concept("make-up", "face with make-up", ("makeup", "lip_red"), along(makeup=1, lip_red=0.2),
            0.12, ("makeup", "wearing make-up", "heavy makeup")),
    Concept("no make-up", "face without make-up", ("makeup", "lip_red"),
            along(makeup=-1, lip_red=-0.3, male=-0.6), 0.2, ("no makeup", "without make-up")),
    Concept("lipstick", "face with red lipstick", ("lip_red",), along(lip_red=1), 0.1,
            ("red lipstick", "red lips")),
    # Skin
    Concept("rosy cheeks", "face with rosy cheeks", ("cheek_red",), along(cheek_red=1), 0.12,
            ("rosy cheeks", "blushing face")),
    Concept("freckles", "face with freckles", ("freckles",), along(freckles=1), 0.04,
            ("freckles", "freckled face")),
    Concept("wrinkles", "face with wrinkles", ("wrinkles", "age"), along(wrinkles=1, age=0.6),
            0.1, ("wrinkles", "wrinkled face")),
    Concept("smooth skin", "face with smooth skin", ("wrinkles", "age"),
            along(wrinkles=-1, age=-0.5), 0.2, ("smooth skin", "no wrinkles")),
    Concept("pale skin", "face with pale skin", SKIN, along(skin_light=1, skin_warm=-0.5), 0.15,
            ("pale skin", "fair skin")),
    Concept("tanned skin", "face with tanned skin", SKIN, along(skin_warm=1, skin_light=-0.5),
            0.12, ("tanned skin", "tan")),
    Concept("dark skin", "face with dark skin", SKIN, along(skin_light=-1), 0.1,
            ("dark skin", "dark-skinned person")),
    # Shape
    Concept("chubby", "chubby face", ("chubby", "jaw_width"), along(chubby=1, jaw_width=0.2),
            0.12, ("chubby", "fat face", "plump face")),
    Concept("thin face", "thin face", ("chubby", "jaw_width"), along(chubby=-1, jaw_width=-0.2),
            0.15, ("slim face", "skinny face")),
    Concept("double chin", "face with a double chin", ("chubby", "jaw_width"), along(chubby=1),
            0.05, ("double chin",)),
    Concept("wide jaw", "face with a wide jaw", ("jaw_width",), along(jaw_width=1), 0.12,
            ("wide jaw", "square jaw")),
    Concept("narrow jaw", "face with a narrow jaw", ("jaw_width",), along(jaw_width=-1), 0.12,
            ("narrow jaw", "pointed chin")),
    Concept("high cheekbones", "face with high cheekbones", ("cheekbone",), along(cheekbone=1),
            0.12, ("high cheekbones", "prominent cheekbones")),
    Concept("big nose", "face with a big nose", ("nose_width", "nose_long"),
            along(nose_width=1, nose_long=0.3), 0.12, ("big nose", "wide nose")),
    Concept("small nose", "face with a small nose", ("nose_width", "nose_long"),
            along(nose_width=-1, nose_long=-0.3), 0.12, ("small nose", "narrow nose")),
    Concept("long nose", "face with a long nose", ("nose_long",), along(nose_long=1), 0.12,
            ("long nose",)),
    Concept("short nose", "face with a short nose", ("nose_long",), along(nose_long=-1), 0.12,
            ("short nose", "snub nose")),
    Concept("full lips", "face with full lips", ("lip_thick",), along(lip_thick=1), 0.12,
            ("full lips", "thick lips")),
    Concept("thin lips", "face with thin lips", ("lip_thick",), along(lip_thick=-1), 0.12,
            ("thin lips", "narrow lips")),
    # Light and background
    Concept("bright light", "brightly lit face", ("light", "skin_light", "background_light"),
            along(light=1, background_light=0.5), 0.12, ("bright light", "bright lighting")),
    Concept("dim light", "dimly lit face", ("light", "skin_light", "background_light"),
            along(light=-1, background_light=-0.5), 0.12, ("dim light", "dark lighting")),
    Concept("light from left", "face lit from the left", ("light_side",), along(light_side=-1),
            0.12, ("light from the left",)),
    Concept("light from right", "face lit from the right", ("light_side",), along(light_side=1),
            0.12, ("light from the right",)),
    Concept("light background", "face in front of a light background", ("background_light",),
            along(background_light=1), 0.15, ("light background", "white background")),
    Concept("dark background", "face in front of a dark background", ("background_light",),
            along(background_light=-1), 0.15, ("dark background", "black background")),
    Concept("colourful background", "face in front of a colourful background",
            ("background_colour",), along(background_colour=1), 0.12, ("colourful background",)),
    Concept("plain background", "face in front of a blurred background",
            ("background_detail", "background_colour"),
            along(background_detail=-1, background_colour=-0.3), 0.2,
            ("blurred background", "plain background")),
    Concept("busy background", "face in front of a busy background", ("background_detail",),
            along(background_detail=1), 0.12, ("busy background", "detailed background")),
)  # fmt: skip
