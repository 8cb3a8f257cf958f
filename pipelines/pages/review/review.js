// The review page: one label at a time, decided by a key or a click.
// What strangers wrote reaches the page as text only, never as HTML.
"use strict";

const source = document.getElementById("data");
const data = JSON.parse(source.textContent);
const token = source.dataset.token; // empty if the page was opened as a file
const UNSURE = ["fuzzy", "compound"];
const STORE = `segcurate-review-${source.dataset.digest}`;

const answers = new Map(); // by label number: {word, split, new_concept}
const notes = new Map(); // by label number
const rejected = new Map(); // customer by object id: as the page shows it
const saved = new Map(); // by label number: the decision that the customer's file holds
const savedObjects = new Set(); // object ids that the customers' files reject
const owners = new Map(); // customer by object id, of objects that were rejected or restored
const unsaved = new Set(); // numbers of labels, or object ids, that wait for the next save
const failed = new Set(); // numbers of labels, or object ids, that could not be saved
const history = []; // functions that undo, the last answer at the end
let shown = []; // numbers of the labels in the list
let current = -1;
let saving = Promise.resolve();

const byId = (id) => document.getElementById(id);

// Elements -------------------------------------------------------------------------------

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") {
      element.addEventListener("click", value);
    } else if (value !== undefined && value !== false) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children);
  return element;
}

function button(text, key, action) {
  return make("button", { type: "button", onclick: action }, text, " ", make("kbd", {}, key));
}

// Invisible characters, and those that turn the reading direction, are spelled out.
function visible(text) {
  const spelled = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (c) => `\\u{${c.codePointAt(0).toString(16)}}`);
  return spelled === "" ? "(empty)" : spelled;
}

function word(text) {
  return make("bdi", {}, visible(text));
}

function picture(id) {
  const address = `data:image/webp;base64,${data.pictures[id]}`;
  return make("img", { src: address, alt: `Object ${id} with its outline`, loading: "lazy" });
}

const number = (value) => value.toLocaleString("en");
const counted = (value, noun) => `${number(value)} ${noun}${value === 1 ? "" : "s"}`;

// What is decided ------------------------------------------------------------------------

function isDone(index) {
  return answers.has(index);
}

function said(index) {
  const answer = answers.get(index);
  if (answer) {
    return answer.split ? "split" : answer.word;
  }
  return data.labels[index].decision;
}

function set(index, answer) {
  if (answer) {
    answers.set(index, answer);
  } else {
    answers.delete(index);
  }
  keep();
  queueSave(index);
  showEntry(index);
}

function decide(answer) {
  const index = current;
  const before = answers.get(index);
  history.push(() => {
    set(index, before);
    show(index);
  });
  set(index, answer);
  showNext();
}

function undo() {
  const last = history.pop();
  if (last) {
    last();
    tell("taken back");
  } else {
    tell("there is nothing to undo");
  }
}

function toggleObject(id) {
  const index = current;
  const toggle = () => {
    const customer = data.labels[index].customer;
    if (!rejected.delete(id)) {
      rejected.set(id, customer);
    }
    owners.set(id, customer);
    keep();
    queueSave(id);
    show(index);
  };
  history.push(toggle);
  toggle();
}

// The list -------------------------------------------------------------------------------

const FILTERS = {
  open: (label) => label.decision === "",
  unsure: (label) => label.decision !== "" && UNSURE.includes(label.how),
  rule: (label) => label.decision !== "" && label.how !== "reviewed",
  reviewed: (label) => label.how === "reviewed",
  all: () => true,
};

function showList() {
  const fits = FILTERS[byId("filter").value];
  shown = data.labels.map((_, index) => index).filter((index) => fits(data.labels[index]));
  const isLeft = (index) => answers.get(index)?.word === "leave";
  shown.sort((a, b) => isLeft(a) - isLeft(b) || a - b);
  byId("list").replaceChildren(...shown.map(entry));
  if (!shown.length) {
    byId("list").append(make("li", { class: "empty" }, "no label"));
  }
  const first = shown.findIndex((index) => !isDone(index));
  show(shown[Math.max(first, 0)] ?? -1);
}

function entry(index) {
  const label = data.labels[index];
  const inside = make("button", { type: "button", onclick: () => show(index) });
  const item = make("li", { id: `entry-${index}` }, inside);
  fillEntry(inside, index, label);
  return item;
}

function fillEntry(inside, index, label) {
  const decided = said(index);
  const mark = failed.has(index) ? "not saved: " : isDone(index) ? "✓ " : "";
  const facts = `${label.export || label.customer} · ${number(label.objects)}`;
  const outcome = decided ? ` · ${mark}${decided}` : "";
  inside.className = isDone(index) ? "done" : "";
  inside.replaceChildren(word(label.label), make("small", {}, `${facts}${outcome}`));
}

function showEntry(index) {
  const inside = byId(`entry-${index}`)?.firstElementChild;
  if (inside) {
    fillEntry(inside, index, data.labels[index]);
  }
  showProgress();
}

function showProgress() {
  let open = 0;
  let decided = 0;
  let objects = 0;
  data.labels.forEach((label, index) => {
    if (label.decision !== "") {
      return;
    }
    open += 1;
    if (isDone(index) && said(index) !== "leave") {
      decided += 1;
    } else {
      objects += label.objects;
    }
  });
  byId("progress").textContent = open
    ? `${decided} of ${counted(open, "label")} decided; ${counted(objects, "object")} wait`
    : "no label waits";
}

function showNext() {
  const start = shown.indexOf(current);
  const order = [...shown.slice(start + 1), ...shown.slice(0, start)];
  const next = order.find((index) => !isDone(index));
  if (next === undefined) {
    show(current);
    tell("all labels of this list are done");
  } else {
    show(next);
  }
}

function step(by) {
  const place = shown.indexOf(current) + by;
  if (place >= 0 && place < shown.length) {
    show(shown[place]);
  }
}

// The current label ----------------------------------------------------------------------

function show(index) {
  byId(`entry-${current}`)?.firstElementChild.removeAttribute("aria-current");
  current = index;
  const inside = byId(`entry-${index}`)?.firstElementChild;
  inside?.setAttribute("aria-current", "true");
  inside?.scrollIntoView({ block: "nearest", inline: "nearest" });
  byId("label").replaceChildren(...(index < 0 ? [] : parts(data.labels[index], index)));
  byId("undo").disabled = !history.length;
  showProgress();
}

function parts(label, index) {
  const from = label.exports.map(([name, count]) => `${name} (${number(count)})`).join(", ");
  return [
    make("h1", {}, word(label.label)),
    make("p", { class: "facts" }, `${label.customer} · ${counted(label.objects, "object")} in ${from}`),
    make("p", {}, outcome(label, index)),
    make("p", { class: "facts" }, isDone(index) ? "" : visible(label.why || " ")),
    crops(label),
    suggestions(label, index),
    actions(label, index),
    noteLine(index),
    attributes(label),
  ];
}

function outcome(label, index) {
  const decided = said(index);
  if (!decided) {
    return make("span", { class: "answer waits" }, "waits for a decision");
  }
  let how = "your answer";
  if (!isDone(index)) {
    how = label.how === "reviewed" ? `decided${label.by ? ` by ${label.by}` : ""}` : `by rule: ${label.how}, score ${label.score.toFixed(2)}, margin ${label.margin.toFixed(2)}`;
  }
  return make("span", { class: decided === "leave" ? "answer waits" : "answer" }, `${decided} (${how})`);
}

function crops(label) {
  const box = make("div", { class: "photos" });
  label.crops.forEach((id, place) => {
    const isOut = rejected.has(id);
    const title = `Object ${id}: ${isOut ? "rejected; click to take it back" : "click to reject this one object"}`;
    const crop = make("button", { type: "button", title, "aria-pressed": String(isOut), onclick: () => toggleObject(id) });
    crop.className = isOut ? "rejected" : "";
    crop.append(picture(id), make("b", {}, String(place + 1)));
    box.append(crop);
  });
  if (!label.crops.length) {
    box.append(make("p", { class: "faint" }, "No picture of it could be opened."));
  }
  return box;
}

// What a key 1, 2, 3 chooses: the present match first, if a rule has made one.
function offered(label) {
  const ids = label.suggestions.map(([id]) => id);
  if (label.decision && data.concepts[label.decision]) {
    ids.unshift(label.decision);
  }
  return [...new Set(ids)].slice(0, 3);
}

function suggestions(label, index) {
  const box = make("div", { class: "choices" });
  const scores = new Map(label.suggestions);
  offered(label).forEach((id, place) => {
    const choice = make("button", { type: "button", onclick: () => decide({ word: id }) });
    choice.className = said(index) === id ? "choice chosen" : "choice";
    choice.dataset.concept = id;
    const score = scores.has(id) ? ` ${scores.get(id).toFixed(2)}` : "";
    choice.append(
      make("kbd", {}, String(place + 1)),
      make("span", {}, make("strong", {}, id), kind(id), make("span", { class: "score" }, score)),
      make("span", { class: "definition" }, data.concepts[id]?.definition ?? ""),
    );
    const examples = (data.concepts[id]?.crops ?? []).filter((crop) => !label.crops.includes(crop));
    if (examples.length) {
      choice.append(make("span", { class: "crops" }, ...examples.map(picture)));
    }
    box.append(choice);
  });
  return box;
}

function kind(id) {
  const name = data.concepts[id]?.kind ?? "";
  const isDropped = name === "stuff" || name === "void";
  return make("span", { class: isDropped ? "kind dropped" : "kind" }, isDropped ? `${name}: background` : name);
}

function actions() {
  return make(
    "div",
    { class: "actions" },
    button("Choose another concept", "/", openChooser),
    button("Background", "b", () => decide({ word: "background" })),
    button("Reject", "r", () => decide({ word: "reject" })),
    button("Split", "s", openSplitter),
    button("Leave", "l", () => decide({ word: "leave" })),
  );
}

function noteLine(index) {
  const input = make("input", { id: "note", maxlength: "500", placeholder: "why, for the next reviewer" });
  input.value = notes.get(index) ?? "";
  input.addEventListener("change", () => {
    notes.set(index, input.value.trim());
    keep();
    if (isDone(index)) {
      queueSave(index);
    }
  });
  return make("label", { class: "note-line" }, "Note ", make("kbd", {}, "n"), input);
}

function attributes(label) {
  const box = make("p", { class: "facts" });
  for (const [name, values] of Object.entries(label.attributes)) {
    const list = values.map(([value, count]) => `${visible(value)} (${number(count)})`).join(", ");
    box.append(make("span", {}, `${visible(name)}: ${list}`), make("br"));
  }
  return box;
}

// Keys -----------------------------------------------------------------------------------

function toggleHelp() {
  const help = byId("help");
  help.hidden = !help.hidden;
  byId("help-button").setAttribute("aria-expanded", String(!help.hidden));
}

const KEYS = {
  b: () => decide({ word: "background" }),
  r: () => decide({ word: "reject" }),
  l: () => decide({ word: "leave" }),
  "/": openChooser,
  s: openSplitter,
  n: () => byId("note").focus(),
  j: () => step(1),
  k: () => step(-1),
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  Enter: () => choose(0),
};
const ALWAYS = { u: undo, y: copyYaml, "?": toggleHelp };

function choose(place) {
  const id = offered(data.labels[current])[place];
  if (id) {
    decide({ word: id });
  }
}

function onKey(event) {
  const target = event.target;
  const isTyping = target.closest("input, textarea, select, dialog");
  if (isTyping) {
    if (target.id === "note" && event.key === "Enter") {
      target.blur();
    }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  const onButton = event.key === "Enter" && target.closest("button, summary, a");
  if (onButton) {
    return;
  }
  const digit = /^Digit([1-9])$/.exec(event.code);
  let action = ALWAYS[event.key];
  if (!action && current >= 0) {
    if (digit && event.shiftKey) {
      const id = data.labels[current].crops[digit[1] - 1];
      action = id && (() => toggleObject(id));
    } else if (/^[1-3]$/.test(event.key)) {
      action = () => choose(event.key - 1);
    } else {
      action = KEYS[event.key];
    }
  }
  if (action) {
    event.preventDefault();
    action();
  }
}
