// The objects of the picture that is open: what they are, undoing, and saving.

import * as masks from "./masks.js";
import * as server from "./server.js";

const COLOURS = [
  [255, 64, 160],
  [0, 170, 255],
  [255, 160, 0],
  [120, 220, 60],
  [170, 110, 255],
  [0, 210, 190],
];
const MOST_UNDONE = 40;
const SAVE_AFTER = 250; // ms, so that quick changes are one request
const TRY_AGAIN = 2000; // ms, while the server does not answer

export class Work {
  constructor(picture, saved, tell) {
    this.picture = picture;
    this.tell = tell;
    this.revision = saved.revision;
    this.made = 0;
    this.objects = saved.objects.map((each) => this.make(each));
    this.before = [];
    this.timer = null;
    this.isUnsaved = false;
    this.saving = Promise.resolve();
  }

  make(answer) {
    return {
      box: answer.box,
      mask: masks.decode(answer.counts, this.picture.height),
      label: answer.label ?? "object",
      expectedIou: answer.expected_iou ?? null,
      isCorrected: answer.is_corrected ?? false,
      colour: COLOURS[this.made++ % COLOURS.length],
    };
  }

  // Call before each change: a copy of all objects, with masks that are never changed.
  remember(changed) {
    this.before.push(this.objects.map((each) => ({ ...each, of: each })));
    this.before.splice(0, this.before.length - MOST_UNDONE);
    if (changed) {
      changed.mask = masks.copy(changed.mask);
    }
  }

  undo() {
    const last = this.before.pop();
    if (!last) {
      return false;
    }
    this.objects = last.map(({ of, ...each }) => Object.assign(of, each));
    this.save();
    return true;
  }

  async add(box) {
    const answer = await server.findMask(this.picture.id, box);
    this.remember();
    const object = this.make({ ...answer, counts: answer.segmentation.counts });
    this.objects = [...this.objects, object];
    this.save();
    return object;
  }

  remove(object) {
    this.remember();
    this.objects = this.objects.filter((each) => each !== object);
    this.save();
  }

  save() {
    this.isUnsaved = true;
    this.tell("saving");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.saveNow(), SAVE_AFTER);
  }

  // Saves follow each other, so that each knows the last one's revision.
  saveNow() {
    clearTimeout(this.timer);
    this.saving = this.saving.then(() => this.trySave());
    return this.saving;
  }

  async trySave() {
    if (!this.isUnsaved) {
      return;
    }
    this.isUnsaved = false;
    const { width, height, id } = this.picture;
    const objects = this.objects.map((each) => ({
      box: each.box,
      counts: masks.encode(each.mask, height, width),
      label: each.label,
      expected_iou: each.expectedIou,
      is_corrected: each.isCorrected,
    }));
    try {
      const saved = await server.saveObjects(id, { objects, revision: this.revision });
      this.revision = saved.revision;
      this.tell("saved");
    } catch (error) {
      this.isUnsaved = true;
      this.tell(`not saved: ${error.message}`, true);
      if (error instanceof server.Unreachable) {
        this.timer = setTimeout(() => this.saveNow(), TRY_AGAIN);
      }
    }
  }
}
