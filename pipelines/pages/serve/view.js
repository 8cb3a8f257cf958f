// The picture on the canvas, with its masks: where it is, how large, and what is painted.

import { edge, tinted } from "./masks.js";

const LARGEST_SCALE = 40;

export class View {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.picture = null; // its size, px
    this.bitmap = null;
    this.scale = 1; // px of the screen for a px of the picture
    this.x = 0;
    this.y = 0; // where the picture's corner is on the canvas
    this.painted = new WeakMap(); // a mask's tint and edge
  }

  show(picture, bitmap) {
    this.picture = picture;
    this.bitmap = bitmap;
    this.fit();
  }

  fit() {
    const { clientWidth, clientHeight } = this.canvas;
    if (!this.picture) {
      return;
    }
    this.scale = Math.min(clientWidth / this.picture.width, clientHeight / this.picture.height);
    this.x = (clientWidth - this.picture.width * this.scale) / 2;
    this.y = (clientHeight - this.picture.height * this.scale) / 2;
  }

  zoom(factor, x, y) {
    const scale = Math.min(LARGEST_SCALE, Math.max(0.01, this.scale * factor));
    this.x = x - (x - this.x) * (scale / this.scale);
    this.y = y - (y - this.y) * (scale / this.scale);
    this.scale = scale;
  }

  move(dx, dy) {
    this.x += dx;
    this.y += dy;
  }

  // The place in the picture under the pointer, px.
  place(event) {
    const frame = this.canvas.getBoundingClientRect();
    return {
      x: (event.clientX - frame.left - this.x) / this.scale,
      y: (event.clientY - frame.top - this.y) / this.scale,
    };
  }

  paint(objects, selected, box, brush) {
    const { canvas, context } = this;
    const fine = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(canvas.clientWidth * fine), Math.round(canvas.clientHeight * fine)];
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    if (!this.bitmap) {
      return;
    }
    const scale = this.scale * fine;
    context.setTransform(scale, 0, 0, scale, this.x * fine, this.y * fine);
    context.imageSmoothingEnabled = this.scale < 3;
    context.drawImage(this.bitmap, 0, 0, this.picture.width, this.picture.height);
    for (const object of objects) {
      this.paintObject(object, object === selected);
    }
    if (box) {
      this.paintBox(box, "#ffd000");
    }
    if (brush) {
      context.beginPath();
      context.arc(brush.x, brush.y, brush.radius, 0, 2 * Math.PI);
      context.lineWidth = 1.5 / this.scale;
      context.strokeStyle = "#fff";
      context.stroke();
    }
  }

  paintObject(object, isSelected) {
    const { context } = this;
    if (object.mask) {
      let painted = this.painted.get(object.mask);
      if (!painted) {
        painted = { tint: tinted(object.mask, object.colour), edge: edge(object.mask) };
        this.painted.set(object.mask, painted);
      }
      context.drawImage(painted.tint, object.mask.x0, object.mask.y0);
      context.lineWidth = (isSelected ? 2 : 1.2) / this.scale;
      context.strokeStyle = `rgb(${object.colour})`;
      context.stroke(painted.edge);
    }
    if (isSelected) {
      this.paintBox(object.box, "#ffd00099");
    }
  }

  paintBox([x0, y0, x1, y1], colour) {
    const { context } = this;
    context.lineWidth = 1.5 / this.scale;
    context.setLineDash([6 / this.scale, 4 / this.scale]);
    context.strokeStyle = colour;
    context.strokeRect(x0, y0, x1 - x0, y1 - y0);
    context.setLineDash([]);
  }

  // A mask that was changed in place is painted anew.
  forget(mask) {
    this.painted.delete(mask);
  }
}
