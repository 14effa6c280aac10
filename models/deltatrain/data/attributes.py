"""Names of the measured attributes; what they measure is in deltatrain.data.labels."""

EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")

NAMES = (
    "male", "age", *EMOTIONS, "asian", "indian", "black", "white", "mideast",
    "mouth_open", "smile", "mouth_width", "eye_open", "brow_raise", "brow_gap", "yaw", "pitch",
    "face_width", "jaw_width", "nose_width", "lip_thick", "eye_size",
    "skin_l", "skin_a", "skin_b", "lip_red", "eye_shadow", "cheek_red", "brow_dark",
    "beard", "moustache", "beard_texture", "wrinkles", "bridge_edge", "under_eye_edge",
    "hair_l", "hair_c", "hair_h", "hair_share", "hair_long", "fringe", "top_skin",
    "background_l", "background_c", "light", "light_side", "mesh_score",
    "gaze_x", "gaze_y", "gaze_error", "iris_l", "iris_a", "iris_b", "nose_long", "cheekbone",
    "background_detail", "picture_l",
)  # fmt: skip
"""Columns of labels.npy."""
