"""What a camera does to a picture: light that falls off, blur, tone, noise, compression."""

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from examples.scenes.fields import field
from examples.scenes.noise import SIDE
from examples.scenes.outlines import point_at
from examples.scenes.sampling import count, happens, log_normal, one_of
from examples.scenes.textures import LUMINANCE, Pixels, blurred

Photo = NDArray[np.uint8]
"""(H, W, 3) uint8: red, green, blue, as a file holds them."""


def illuminate(rng: Generator, image: Pixels, strength: float) -> Pixels:
    """Uneven light: a slope over the picture, and at times the shade of trees or clouds.

    `strength`: 1 is as uneven as in photographs, 0 changes nothing.
    """
    # (H, W): how much light each px gets, a plane that is 1 in the middle.
    height, width = image.shape[:2]
    slopes = rng.normal(0, 0.35 * strength, 2)
    slope_x, slope_y = slopes.astype(np.float32)
    across = np.linspace(-1, 1, width, dtype=np.float32)
    down = np.linspace(-1, 1, height, dtype=np.float32)
    gain = 1 + slope_x * across + slope_y * down[:, None]

    if happens(rng, 0.3):
        shade = _shade(rng, height, width)
        depth = strength * rng.uniform(0.2, 0.7)
        gain *= 1 - depth * shade
    bounded = np.clip(gain, 0.25, 1.8)
    lit: Pixels = image * bounded[..., None]
    return lit


def _shade(rng: Generator, height: int, width: int) -> NDArray[np.float32]:
    """(H, W), 0 to 1: soft shadows, much larger than the grain of their field."""
    scale = rng.uniform(0.15, 0.7)
    x = rng.uniform(0, SIDE)
    y = rng.uniform(0, SIDE)
    to_field = np.array(
        [
            [scale, 0, x],
            [0, scale, y],
        ]
    )
    name = one_of(rng, ("cloud", "crowd", "smoke"))
    tones = field(name)
    shade = cv2.warpAffine(
        tones,
        to_field,
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_WRAP,
    )
    sigma = rng.uniform(1, 5)
    soft = cv2.GaussianBlur(shade, (0, 0), sigma)
    return soft.astype(np.float32) / np.float32(255)


def expose(rng: Generator, image: Pixels, plainly: bool) -> Pixels:
    """Exposure, contrast, tint, and at times grey.

    Pictures that are dark, washed out or burnt come out too, unless `plainly`.
    """
    wild = 0.3 if plainly else 1.0
    gain = log_normal(rng, 0, 0.25 * wild)  # what a camera's own exposure leaves
    contrast = log_normal(rng, -0.03, 0.22 * wild)
    log_tint = rng.normal(0, 0.07 * wild, 3)
    tint = np.exp(log_tint)
    mean = float(image.mean())
    wanted = _wanted_mean(rng, mean, plainly)

    # Exposure brings the mean to the level that is wanted; contrast keeps it there.
    exposure = wanted / max(mean, 15.0)
    from_mean = image * exposure - wanted
    image = from_mean * (contrast * gain) + wanted * gain
    image *= tint.astype(np.float32)

    # One picture in six is grey.
    if not plainly and happens(rng, 0.16):
        grey = image @ LUMINANCE
        image = np.repeat(grey[..., None], 3, axis=2)
    if happens(rng, 0.3):
        gamma = np.float32(log_normal(rng, 0, 0.3 * wild))
        bounded = np.clip(image, 0, 255)
        shares = bounded / np.float32(255)
        image = shares**gamma * np.float32(255)
    return image


def _wanted_mean(rng: Generator, mean: float, plainly: bool) -> float:
    """The mean level that the exposure aims at; one wild picture in seven stays as it is."""
    if plainly:
        return rng.uniform(108, 150)
    if happens(rng, 0.85):
        return rng.uniform(70, 165)
    return mean


def capture(rng: Generator, image: Pixels, plainly: bool = False) -> Photo:
    """The picture as a file shows it: exposed, soft or sharpened, noisy, compressed.

    `plainly`: as a careful photographer takes it.
    """
    image = expose(rng, image, plainly)
    image = _focus(rng, image, plainly)
    image = image + _noise(rng, image, plainly)
    bounded = np.clip(image, 0, 255)
    photo = bounded.astype(np.uint8)
    if happens(rng, 0.6) and not plainly:
        quality = count(rng, 30, 95)
        photo = decode(encode(photo, quality))
    return photo


def _focus(rng: Generator, image: Pixels, plainly: bool) -> Pixels:
    """Soft, moved, sharpened, or as it is."""
    probability = 0.3
    softest = 1.6
    if plainly:
        probability = 0.15
        softest = 1.0
    if happens(rng, probability):
        deviation = rng.uniform(0.5, softest)
        return blurred(image, deviation)
    if not plainly and happens(rng, 0.1):
        length = count(rng, 3, 8)
        angle = rng.uniform(0, np.pi)
        return blur_along(image, length, angle)
    if happens(rng, 0.25):
        smooth = blurred(image, 1.2)
        return image * 1.6 - smooth * 0.6
    return image


def blur_along(image: Pixels, length: int, angle: float) -> Pixels:
    """Motion blur over `length` px in the direction `angle`, in radians."""
    # The kernel is a line through its middle.
    kernel = np.zeros((length, length), np.float32)
    middle = (length - 1) / 2
    centre = np.array([middle, middle])
    reach = point_at(angle, middle)
    ends = np.round([centre - reach, centre + reach])
    start, end = ends.astype(int).tolist()
    cv2.line(kernel, start, end, (1.0,), thickness=1)
    kernel /= kernel.sum()

    moved = cv2.filter2D(image, -1, kernel)
    return np.asarray(moved, np.float32)


def _noise(rng: Generator, image: Pixels, plainly: bool) -> Pixels:
    """(H, W, 3): one pattern of noise, of another strength in each channel."""
    level = _noise_level(rng, plainly)
    deviation = np.array([level])
    mean = np.zeros(1)
    pattern = np.empty(image.shape[:2], np.float32)

    # OpenCV's generator is several times as fast as numpy's here.
    seed = count(rng, 0, 2**31)
    cv2.setRNGSeed(seed)
    cv2.randn(pattern, mean, deviation)

    strengths = rng.uniform(0.6, 1.0, 3)
    noise: Pixels = pattern[..., None] * strengths.astype(np.float32)
    return noise


def _noise_level(rng: Generator, plainly: bool) -> float:
    """The standard deviation of the noise, in levels; in a wild picture in five it is strong."""
    if plainly or happens(rng, 0.8):
        return rng.gamma(1.5, 1.6)
    return rng.gamma(2.0, 6.0)


def encode(photo: Photo, quality: int) -> bytes:
    """The picture as JPEG; `quality` 0 to 100."""
    # OpenCV's channels are blue, green, red.
    reversed_channels = photo[..., ::-1]
    pixels = np.ascontiguousarray(reversed_channels)
    options = [cv2.IMWRITE_JPEG_QUALITY, quality]
    _, data = cv2.imencode(".jpg", pixels, options)
    return data.tobytes()


def decode(data: bytes) -> Photo:
    """The picture of an encoded file."""
    encoded = np.frombuffer(data, np.uint8)
    pixels = cv2.imdecode(encoded, cv2.IMREAD_COLOR)
    if pixels is None:
        raise ValueError("not an image that OpenCV can decode")
    reversed_channels = pixels[..., ::-1]
    return np.ascontiguousarray(reversed_channels, np.uint8)
