// Masks: a window of the picture with one byte a px, and COCO's run-lengths.

const BITS = 5;
const DIGIT = 31;
const SIGN = 16;
const MORE = 32;
const FIRST = 48; // the character of the digit 0

// Numbers from COCO's text. From the fourth on, each was written less the one two before it.
function readCounts(text) {
  const counts = [];
  let at = 0;
  while (at < text.length) {
    let value = 0;
    let shift = 0;
    let digit;
    do {
      digit = text.charCodeAt(at++) - FIRST;
      value |= (digit & DIGIT) << shift;
      shift += BITS;
    } while (digit & MORE);
    if (digit & SIGN && shift < 32) {
      value |= -1 << shift;
    }
    if (counts.length > 2) {
      value += counts[counts.length - 2];
    }
    counts.push(value);
  }
  return counts;
}

function writeCounts(counts) {
  let text = "";
  counts.forEach((count, index) => {
    let rest = index > 2 ? count - counts[index - 2] : count;
    let isMore;
    do {
      let digit = rest & DIGIT;
      rest >>= BITS;
      isMore = digit & SIGN ? rest !== -1 : rest !== 0;
      if (isMore) {
        digit |= MORE;
      }
      text += String.fromCharCode(digit + FIRST);
    } while (isMore);
  });
  return text;
}

// A mask in the tight window around it; null if it has no px.
export function decode(text, height) {
  const counts = readCounts(text);
  const runs = [];
  let position = 0;
  let [x0, y0, x1, y1] = [Infinity, Infinity, 0, 0];
  counts.forEach((count, index) => {
    let start = position;
    position += count;
    if (index % 2 === 0) {
      return;
    }
    // A run goes on in the next column where it reaches the bottom.
    while (start < position) {
      const column = Math.floor(start / height);
      const row = start - column * height;
      const length = Math.min(position - start, height - row);
      runs.push([column, row, length]);
      x0 = Math.min(x0, column);
      x1 = Math.max(x1, column + 1);
      y0 = Math.min(y0, row);
      y1 = Math.max(y1, row + length);
      start += length;
    }
  });
  if (!runs.length) {
    return null;
  }
  const mask = empty(x0, y0, x1, y1);
  for (const [column, row, length] of runs) {
    for (let y = row; y < row + length; y++) {
      mask.data[(y - y0) * mask.width + column - x0] = 1;
    }
  }
  return mask;
}

export function encode(mask, height, width) {
  const counts = [];
  let end = 0; // of the last run of ones
  let runStart = -1;
  let runEnd = -1;
  const finish = () => {
    if (runStart >= 0) {
      counts.push(runStart - end, runEnd - runStart);
      end = runEnd;
    }
  };
  for (let x = 0; mask && x < mask.width; x++) {
    for (let y = 0; y < mask.height; y++) {
      if (!mask.data[y * mask.width + x]) {
        continue;
      }
      const position = (mask.x0 + x) * height + mask.y0 + y;
      if (position !== runEnd) {
        finish();
        runStart = position;
      }
      runEnd = position + 1;
    }
  }
  finish();
  if (end < height * width || !counts.length) {
    counts.push(height * width - end);
  }
  return writeCounts(counts);
}

function empty(x0, y0, x1, y1) {
  const [width, height] = [x1 - x0, y1 - y0];
  return { x0, y0, width, height, data: new Uint8Array(width * height) };
}

export function copy(mask) {
  return mask && { ...mask, data: mask.data.slice() };
}

export function area(mask) {
  return mask ? mask.data.reduce((sum, px) => sum + px, 0) : 0;
}

export function holds(mask, x, y) {
  if (!mask) {
    return false;
  }
  const [column, row] = [Math.floor(x) - mask.x0, Math.floor(y) - mask.y0];
  const isInside = column >= 0 && row >= 0 && column < mask.width && row < mask.height;
  return isInside && mask.data[row * mask.width + column] === 1;
}

// The mask after a stroke from one place to another, in a larger window where it needs one.
export function brushed(mask, from, to, radius, value, picture) {
  const reach = Math.ceil(radius) + 1;
  const x0 = Math.max(0, Math.floor(Math.min(from.x, to.x)) - reach);
  const y0 = Math.max(0, Math.floor(Math.min(from.y, to.y)) - reach);
  const x1 = Math.min(picture.width, Math.ceil(Math.max(from.x, to.x)) + reach);
  const y1 = Math.min(picture.height, Math.ceil(Math.max(from.y, to.y)) + reach);
  if (x0 >= x1 || y0 >= y1) {
    return mask;
  }
  const large = value ? withRoom(mask, x0, y0, x1, y1) : mask;
  if (!large) {
    return mask;
  }
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  for (let y = Math.max(y0, large.y0); y < Math.min(y1, large.y0 + large.height); y++) {
    for (let x = Math.max(x0, large.x0); x < Math.min(x1, large.x0 + large.width); x++) {
      const [px, py] = [x + 0.5 - from.x, y + 0.5 - from.y];
      const along = length ? Math.min(1, Math.max(0, (px * dx + py * dy) / length)) : 0;
      const [away, off] = [px - along * dx, py - along * dy];
      if (away * away + off * off <= radius * radius) {
        large.data[(y - large.y0) * large.width + x - large.x0] = value;
      }
    }
  }
  return large;
}

function withRoom(mask, x0, y0, x1, y1) {
  if (!mask) {
    return empty(x0, y0, x1, y1);
  }
  const [right, bottom] = [mask.x0 + mask.width, mask.y0 + mask.height];
  if (x0 >= mask.x0 && y0 >= mask.y0 && x1 <= right && y1 <= bottom) {
    return mask;
  }
  const large = empty(Math.min(x0, mask.x0), Math.min(y0, mask.y0), Math.max(x1, right), Math.max(y1, bottom));
  for (let y = 0; y < mask.height; y++) {
    const row = mask.data.subarray(y * mask.width, (y + 1) * mask.width);
    large.data.set(row, (y + mask.y0 - large.y0) * large.width + mask.x0 - large.x0);
  }
  return large;
}

// The edge along px sides, as a path in px of the picture.
export function edge(mask) {
  const path = new Path2D();
  const at = (x, y) => (x >= 0 && y >= 0 && x < mask.width && y < mask.height ? mask.data[y * mask.width + x] : 0);
  for (let y = 0; y <= mask.height; y++) {
    for (let x = 0; x < mask.width; x++) {
      if (at(x, y) !== at(x, y - 1)) {
        const start = x;
        while (x + 1 < mask.width && at(x + 1, y) !== at(x + 1, y - 1)) {
          x++;
        }
        path.moveTo(mask.x0 + start, mask.y0 + y);
        path.lineTo(mask.x0 + x + 1, mask.y0 + y);
      }
    }
  }
  for (let x = 0; x <= mask.width; x++) {
    for (let y = 0; y < mask.height; y++) {
      if (at(x, y) !== at(x - 1, y)) {
        const start = y;
        while (y + 1 < mask.height && at(x, y + 1) !== at(x - 1, y + 1)) {
          y++;
        }
        path.moveTo(mask.x0 + x, mask.y0 + start);
        path.lineTo(mask.x0 + x, mask.y0 + y + 1);
      }
    }
  }
  return path;
}

// The mask as a picture in one colour, [r, g, b].
export function tinted(mask, colour) {
  const canvas = new OffscreenCanvas(mask.width, mask.height);
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(mask.width, mask.height);
  mask.data.forEach((px, index) => {
    if (px) {
      pixels.data.set([...colour, 96], 4 * index);
    }
  });
  context.putImageData(pixels, 0, 0);
  return canvas;
}
