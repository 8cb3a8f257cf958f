// The page: what is open, what the pointer and the keys do, and the list of objects.

import * as masks from "./masks.js";
import * as server from "./server.js";
import { View } from "./view.js";
import { Work } from "./work.js";

const LEAST_BOX = 3; // px of the screen; a smaller one is a click
const byId = (id) => document.getElementById(id);
const view = new View(byId("canvas"));
const TOOLS = ["box", "add", "erase"];

let work = null;
let selected = null;
let tool = "box";
let stroke = null; // what the pointer does while it is pressed
let asked = []; // boxes that wait for their masks
let pointer = null; // where it is, while it brushes
let isSpace = false;

function tell(text, isWrong = false) {
  byId("status").textContent = text;
  byId("status").classList.toggle("wrong", isWrong);
}

function paint() {
  const box = stroke?.box ?? asked[0];
  const radius = Number(byId("size").value);
  const brush = tool !== "box" && pointer ? { ...pointer, radius } : null;
  view.paint(work?.objects ?? [], selected, box, brush);
}

function make(name, words, attributes = {}) {
  const element = Object.assign(document.createElement(name), attributes);
  element.append(words);
  return element;
}

async function showModel() {
  const { model, digest } = await server.readState();
  byId("model").textContent = `${model} (${digest.slice(0, 8)})`;
}

// ---- Pictures ----

async function showPictures() {
  const pictures = await server.listPictures();
  const entries = pictures.map((picture) => {
    const button = make("button", picture.name, { type: "button", onclick: () => open(picture) });
    const unit = picture.objects === 1 ? "object" : "objects";
    const count = picture.objects ? `, ${picture.objects} ${unit}` : "";
    button.append(make("br", ""), make("small", `${picture.width} × ${picture.height} px${count}`));
    button.dataset.id = picture.id;
    button.setAttribute("aria-current", String(work?.picture.id === picture.id));
    const entry = document.createElement("li");
    entry.append(button);
    return entry;
  });
  byId("pictures").replaceChildren(...entries);
  return pictures;
}

async function open(picture) {
  tell(`opening ${picture.name}`);
  try {
    await work?.saveNow();
    if (work?.isUnsaved) {
      return; // its own message says why
    }
    const [bitmap, saved] = await Promise.all([server.showPicture(picture.id), server.readObjects(picture.id)]);
    work = new Work(picture, saved, tell);
    select(null);
    view.show(picture, bitmap);
    byId("title").textContent = picture.name;
    history.replaceState(null, "", `#${picture.id}`);
    for (const button of byId("pictures").querySelectorAll("button")) {
      button.setAttribute("aria-current", String(button.dataset.id === picture.id));
    }
    showObjects();
    tell("draw a box around an object");
  } catch (error) {
    tell(error.message, true);
  }
}

async function openFile(file) {
  tell(`sending ${file.name}`);
  try {
    const picture = await server.addPicture(file);
    await showPictures();
    await open(picture);
  } catch (error) {
    tell(error.message, true);
  }
}

// ---- Objects ----

function select(object) {
  selected = object;
  showObjects();
}

function describe(object) {
  const parts = [`${masks.area(object.mask).toLocaleString("en")} px`];
  if (object.isCorrected) {
    parts.push("corrected by hand");
  } else if (object.expectedIou !== null) {
    parts.push(`expected IoU ${object.expectedIou.toFixed(2)}`);
  } else {
    parts.push("expected IoU unknown");
  }
  return parts.join(" · ");
}

function showObjects() {
  const entries = (work?.objects ?? []).map((object) => {
    const label = Object.assign(document.createElement("input"), { value: object.label, maxLength: 1000 });
    label.setAttribute("aria-label", "Label");
    label.addEventListener("change", () => {
      work.remember();
      object.label = label.value || "object";
      work.save();
    });
    const remove = make("button", "✕", { type: "button", title: "Remove this object" });
    remove.addEventListener("click", (event) => {
      event.stopPropagation();
      work.remove(object);
      select(selected === object ? null : selected);
    });
    const row = make("div", label);
    row.append(remove);
    const entry = make("li", row);
    entry.append(make("p", describe(object)));
    entry.style.setProperty("--colour", `rgb(${object.colour})`);
    entry.setAttribute("aria-current", String(object === selected));
    entry.addEventListener("click", () => {
      if (selected !== object) {
        select(object);
      }
    });
    return entry;
  });
  byId("objects").replaceChildren(...entries);
  for (const id of ["undo", "coco", "png"]) {
    byId(id).disabled = !work;
  }
  paint();
}

async function ask(box) {
  const current = work;
  asked.push(box);
  tell("asking");
  const begun = performance.now();
  try {
    const object = await current.add(box);
    if (work === current) {
      select(object);
      tell(`answered in ${Math.round(performance.now() - begun)} ms`);
    }
    await showModel(); // another one may have been promoted meanwhile
  } catch (error) {
    tell(error.message, true);
  } finally {
    asked = asked.filter((each) => each !== box);
    paint();
  }
}

// ---- Pointer ----

function onDown(event) {
  if (!work) {
    return;
  }
  view.canvas.setPointerCapture(event.pointerId);
  const from = view.place(event);
  if (isSpace || event.button === 1) {
    stroke = { isMove: true, x: event.clientX, y: event.clientY };
  } else if (event.button !== 0) {
    return;
  } else if (tool === "box") {
    stroke = { from, box: [from.x, from.y, from.x, from.y] };
  } else if (selected) {
    work.remember(selected);
    stroke = { last: from };
    brush(from);
  } else {
    tell("choose an object first: click on its mask with the box tool", true);
  }
}

function brush(to) {
  const radius = Number(byId("size").value);
  view.forget(selected.mask);
  selected.mask = masks.brushed(selected.mask, stroke.last, to, radius, tool === "add" ? 1 : 0, work.picture);
  selected.isCorrected = true;
  stroke.last = to;
}

function onMove(event) {
  const place = view.place(event);
  pointer = place;
  if (stroke?.isMove) {
    view.move(event.clientX - stroke.x, event.clientY - stroke.y);
    Object.assign(stroke, { x: event.clientX, y: event.clientY });
  } else if (stroke?.box) {
    const { from } = stroke;
    stroke.box = [
      Math.min(from.x, place.x),
      Math.min(from.y, place.y),
      Math.max(from.x, place.x),
      Math.max(from.y, place.y),
    ];
  } else if (stroke) {
    brush(place);
  }
  paint();
}

function onUp(event) {
  const done = stroke;
  stroke = null;
  if (done?.box) {
    const [x0, y0, x1, y1] = done.box.map((each) => Math.round(each * 100) / 100);
    const isBox = Math.min(x1 - x0, y1 - y0) * view.scale >= LEAST_BOX;
    if (isBox) {
      ask([x0, y0, x1, y1]);
    } else {
      const { x, y } = view.place(event);
      select(work.objects.findLast((each) => masks.holds(each.mask, x, y)) ?? null);
    }
  } else if (done?.last) {
    work.save();
    showObjects();
  }
  paint();
}

function onWheel(event) {
  event.preventDefault();
  const frame = view.canvas.getBoundingClientRect();
  view.zoom(Math.exp(-event.deltaY / 400), event.clientX - frame.left, event.clientY - frame.top);
  paint();
}

// ---- Tools and keys ----

function take(name) {
  tool = name;
  for (const each of TOOLS) {
    byId(each).setAttribute("aria-pressed", String(each === name));
  }
  paint();
}

function undo() {
  if (work?.undo()) {
    select(work.objects.includes(selected) ? selected : null);
  }
}

function fit() {
  view.fit();
  paint();
}

async function save(kind, ending) {
  try {
    await work.saveNow();
    if (work.isUnsaved) {
      return; // its own message says why
    }
    const blob = await server.download(work.picture.id, kind);
    const name = work.picture.name.replace(/^.*[/: ]/, "").replace(/\.[^.]*$/, "") || "picture";
    const link = make("a", "", { href: URL.createObjectURL(blob), download: `${name}.${ending}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  } catch (error) {
    tell(error.message, true);
  }
}

const KEYS = { b: () => take("box"), a: () => take("add"), e: () => take("erase"), u: undo, 0: fit };

function onKey(event) {
  if (event.target.matches("input:not([type=range])") || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  if (event.key === " " && !event.target.matches("button")) {
    isSpace = true;
    event.preventDefault();
  } else if ((event.key === "Delete" || event.key === "Backspace") && selected) {
    work.remove(selected);
    select(null);
  } else {
    KEYS[event.key]?.();
  }
}

async function start() {
  const { canvas } = view;
  canvas.addEventListener("pointerdown", onDown);
  canvas.addEventListener("pointermove", onMove);
  canvas.addEventListener("pointerup", onUp);
  canvas.addEventListener("pointercancel", onUp);
  canvas.addEventListener("pointerleave", () => {
    pointer = null;
    paint();
  });
  canvas.addEventListener("wheel", onWheel, { passive: false });
  for (const name of TOOLS) {
    byId(name).addEventListener("click", () => take(name));
  }
  byId("undo").addEventListener("click", undo);
  byId("fit").addEventListener("click", fit);
  byId("coco").addEventListener("click", () => save("coco", "json"));
  byId("png").addEventListener("click", () => save("png", "png"));
  byId("file").addEventListener("change", (event) => {
    const [file] = event.target.files;
    if (file) {
      openFile(file);
    }
    event.target.value = "";
  });
  document.addEventListener("keydown", onKey);
  document.addEventListener("keyup", (event) => {
    isSpace = isSpace && event.key !== " ";
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    const [file] = event.dataTransfer.files;
    if (file) {
      openFile(file);
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (work?.isUnsaved) {
      event.preventDefault();
    }
  });
  new ResizeObserver(fit).observe(canvas);
  showObjects();
  try {
    await showModel();
    const pictures = await showPictures();
    const wanted = pictures.find((each) => `#${each.id}` === location.hash) ?? pictures[0];
    if (wanted) {
      await open(wanted);
    } else {
      tell("open a picture to begin");
    }
  } catch (error) {
    tell(error.message, true);
  }
  document.body.dataset.ready = "yes";
}

start();
