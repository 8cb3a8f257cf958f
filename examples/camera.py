"""What a camera does to a picture: light that falls off, blur, tone, noise, compression."""

import cv2
import numpy as np
from numpy.typing import NDArray

from examples.noise import SIDE, field
from examples.textures import Pixels


def illuminate(rng: np.random.Generator, image: Pixels, strength: float) -> Pixels:
    """Uneven light: a slope over the picture, and at times the shade of trees or clouds."""
    height, width = image.shape[:2]
    slope = rng.normal(0, 0.35 * strength, 2).astype(np.float32)
    gain = (
        1
        + slope[0] * np.linspace(-1, 1, width, dtype=np.float32)
        + slope[1] * np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    )
    if rng.random() < 0.3:
        scale = rng.uniform(0.15, 0.7)
        matrix = np.array([[scale, 0, rng.uniform(0, SIDE)], [0, scale, rng.uniform(0, SIDE)]])
        source = field(str(rng.choice(["cloud", "crowd", "smoke"])))
        shade = cv2.warpAffine(
            source,
            matrix,
            (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_WRAP,
        )
        shade = cv2.GaussianBlur(shade, (0, 0), rng.uniform(1, 5)).astype(np.float32) / 255
        gain = gain * (1 - strength * rng.uniform(0.2, 0.7) * shade)
    return image * np.clip(gain, 0.25, 1.8)[..., None]


def blur_along(image: Pixels, length: int, angle: float) -> Pixels:
    """Motion blur over `length` px."""
    kernel = np.zeros((length, length), np.float32)
    middle = (length - 1) / 2
    reach = np.array([np.cos(angle), np.sin(angle)]) * middle
    ends = [tuple(int(v) for v in np.round((middle, middle) + s * reach)) for s in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0, 1)
    return cv2.filter2D(image, -1, kernel / kernel.sum())


def expose(rng: np.random.Generator, image: Pixels, plainly: bool) -> Pixels:
    """Exposure, contrast, tint, and at times grey: dark, washed out and burnt pictures too, unless `plainly`."""
    wild = 0.3 if plainly else 1.0
    gain = float(np.exp(rng.normal(0, 0.25 * wild)))  # what a camera's own exposure leaves
    contrast = float(np.exp(rng.normal(-0.03, 0.22 * wild)))
    tint = np.exp(rng.normal(0, 0.07 * wild, 3)).astype(np.float32)
    mean = float(image.mean())
    usual = (
        rng.uniform(108, 150) if plainly else rng.uniform(70, 165) if rng.random() < 0.85 else mean
    )
    image = (image * (usual / max(mean, 15.0)) - usual) * (contrast * gain) + usual * gain
    image *= tint
    if not plainly and rng.random() < 0.16:
        image = np.repeat((image @ np.array([0.299, 0.587, 0.114], np.float32))[..., None], 3, 2)
    if rng.random() < 0.3:
        image = 255 * (np.clip(image, 0, 255) / 255) ** np.float32(
            np.exp(rng.normal(0, 0.3 * wild))
        )
    return image


def capture(rng: np.random.Generator, image: Pixels, plainly: bool = False) -> NDArray[np.uint8]:
    """The picture as a file shows it, (H, W, 3) uint8: exposed, noisy, sharpened or soft, compressed."""
    image = expose(rng, image, plainly)
    if rng.random() < (0.15 if plainly else 0.3):
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.5, 1.0 if plainly else 1.6))
    elif not plainly and rng.random() < 0.1:
        image = blur_along(image, int(rng.integers(3, 8)), rng.uniform(0, np.pi))
    elif rng.random() < 0.25:
        image = image * 1.6 - cv2.GaussianBlur(image, (0, 0), 1.2) * 0.6
    sigma = rng.gamma(1.5, 1.6) if plainly or rng.random() < 0.8 else rng.gamma(2.0, 6.0)
    noise = np.empty(image.shape[:2], np.float32)
    cv2.setRNGSeed(int(rng.integers(2**31)))
    cv2.randn(noise, 0.0, float(sigma))
    image = image + noise[..., None] * rng.uniform(0.6, 1.0, 3).astype(np.float32)
    done: NDArray[np.uint8] = np.clip(image, 0, 255).astype(np.uint8)
    if rng.random() < 0.6 and not plainly:
        quality = int(rng.integers(30, 95))
        _, data = cv2.imencode(".jpg", done[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
        done = np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])
    return done
