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

// YAML, in the form of the review queue --------------------------------------------------

function quote(text) {
  const escape = (c) => {
    if (c === '"' || c === "\\") {
      return `\\${c}`;
    }
    const code = c.codePointAt(0);
    if (code < 0x100) {
      return `\\x${code.toString(16).padStart(2, "0")}`;
    }
    if (code < 0x10000) {
      return `\\u${code.toString(16).padStart(4, "0")}`;
    }
    return `\\U${code.toString(16).padStart(8, "0")}`;
  };
  return `"${text.replace(/["\\\p{C}\p{Zl}\p{Zp}]/gu, escape)}"`;
}

function oneLine(value) {
  if (Array.isArray(value)) {
    return `[${value.map(oneLine).join(", ")}]`;
  }
  if (typeof value === "object") {
    const pairs = Object.entries(value).map(([key, each]) => `${quote(key)}: ${oneLine(each)}`);
    return `{${pairs.join(", ")}}`;
  }
  return quote(value);
}

function blockLines(index, indent, answer, insteadOf) {
  const block = answer.split ? { split: answer.split } : { decision: answer.word };
  if (answer.new_concept) {
    block.new_concept = answer.new_concept;
  }
  if (notes.get(index)) {
    block.note = notes.get(index);
  }
  if (insteadOf) {
    block.instead_of = insteadOf;
  }
  const lines = Object.entries(block).map(([key, value]) => `${indent}  ${key}: ${oneLine(value)}`);
  return [`${indent}${quote(data.labels[index].label)}:`, ...lines];
}

// `entries`: [label number, answer, decision that it replaces]. `objects`: a map from id to
// customer, by the key under which the ids are listed.
function toYaml(entries, objects) {
  const customers = new Set(entries.map(([index]) => data.labels[index].customer));
  for (const customer of Object.values(objects).flatMap((owners) => [...owners.values()])) {
    customers.add(customer);
  }
  const lines = [];
  for (const customer of customers) {
    lines.push(`${quote(customer)}:`);
    const mine = entries.filter(([index]) => data.labels[index].customer === customer);
    const scopes = new Set(mine.map(([index]) => data.labels[index].export));
    if (scopes.has("")) {
      lines.push("  labels:");
      for (const [index, answer, insteadOf] of mine.filter(([each]) => data.labels[each].export === "")) {
        lines.push(...blockLines(index, "    ", answer, insteadOf));
      }
      scopes.delete("");
    }
    if (scopes.size) {
      lines.push("  exports:");
    }
    for (const scope of scopes) {
      lines.push(`    ${quote(scope)}:`);
      for (const [index, answer, insteadOf] of mine.filter(([each]) => data.labels[each].export === scope)) {
        lines.push(...blockLines(index, "      ", answer, insteadOf));
      }
    }
    for (const [key, owners] of Object.entries(objects)) {
      const ids = [...owners].filter(([, owner]) => owner === customer).map(([id]) => id);
      if (ids.length) {
        lines.push(`  ${key}:`, ...ids.map((id) => `    - ${quote(id)}`));
      }
    }
  }
  return lines.length ? `${lines.join("\n")}\n` : "{}\n";
}

function allAnswers() {
  const entries = [...answers].map(([index, answer]) => [index, answer, originally(index)]);
  const objects = new Map([...rejected].filter(([id]) => !isRejectedInFile(id)));
  return toYaml(entries, { rejected_objects: objects });
}

function originally(index) {
  const label = data.labels[index];
  return label.how === "reviewed" ? label.decision : "";
}

function isRejectedInFile(id) {
  return Object.values(data.rejected).some((ids) => ids.includes(id));
}

// Saving: to the server that gave this page, or in the browser ----------------------------

async function send(path, options = {}) {
  const headers = { "X-Token": token, "Content-Type": "application/yaml" };
  const response = await fetch(path, { ...options, headers }).catch(() => {
    throw new Error("the server does not answer; is `taxonomy serve` still running?");
  });
  if (response.status === 500) {
    throw new Error("the server failed; its terminal says why");
  }
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(answer.error);
  }
  return answer;
}

// Saves follow each other, so that each knows what the files hold. What is answered meanwhile
// goes into one save. `key`: a label number, or an object id.
function queueSave(key) {
  if (token) {
    unsaved.add(key);
    saving = saving.then(saveAll);
  }
}

async function saveAll() {
  const keys = [...unsaved];
  unsaved.clear();
  let problem = await trySave(keys);
  if (problem && keys.length > 1) {
    problem = "";
    for (const key of keys) {
      problem = (await trySave([key])) || problem;
    }
  }
  if (problem) {
    tell(`not saved: ${problem}`, true);
  } else if (keys.length) {
    tell(failed.size ? `saved; ${failed.size} earlier answers are not` : "saved");
  }
  keys.forEach(showEntry);
}

// Empty if all is saved, or else what is wrong.
async function trySave(keys) {
  const changes = keys.map(changeOf).filter((change) => change !== null);
  try {
    if (changes.length) {
      const body = toYaml(
        changes.filter((change) => change.entry).map((change) => change.entry),
        {
          rejected_objects: new Map(changes.map((change) => change.rejects).filter(Boolean)),
          restored_objects: new Map(changes.map((change) => change.restores).filter(Boolean)),
        },
      );
      await send("answers", { method: "POST", body });
    }
    changes.forEach((change) => change.done());
    keys.forEach((key) => failed.delete(key));
    return "";
  } catch (error) {
    keys.forEach((key) => failed.add(key));
    return error.message;
  }
}

// What is to be written for a label or an object; null if the files say it already.
function changeOf(key) {
  return typeof key === "number" ? changeOfLabel(key) : changeOfObject(key);
}

function changeOfLabel(index) {
  const holds = saved.get(index) ?? "";
  let answer = answers.get(index);
  if (!answer || answer.word === "leave") {
    answer = { word: originally(index) || "UNDECIDED" };
  }
  const word = answer.split ? "split" : answer.word;
  const wanted = word === "UNDECIDED" ? "" : word;
  if (wanted === holds && !answer.split && !notes.get(index)) {
    return null;
  }
  return { entry: [index, answer, holds], done: () => saved.set(index, wanted) };
}

function changeOfObject(id) {
  if (rejected.has(id) === savedObjects.has(id)) {
    return null;
  }
  if (rejected.has(id)) {
    return { rejects: [id, rejected.get(id)], done: () => savedObjects.add(id) };
  }
  return { restores: [id, owners.get(id)], done: () => savedObjects.delete(id) };
}

// A page that was opened as a file keeps unfinished work in the browser.
function keep() {
  if (token) {
    return;
  }
  try {
    const work = { answers: [...answers], notes: [...notes], rejected: [...rejected] };
    localStorage.setItem(STORE, JSON.stringify(work));
  } catch {
    // Without storage, a reload loses what was not copied.
  }
}

function restore() {
  try {
    const work = JSON.parse(localStorage.getItem(STORE) ?? "{}");
    for (const [index, answer] of work.answers ?? []) {
      answers.set(index, answer);
    }
    for (const [index, note] of work.notes ?? []) {
      notes.set(index, note);
    }
    for (const [id, customer] of work.rejected ?? []) {
      rejected.set(id, customer);
    }
  } catch {
    // Nothing was kept.
  }
}

// What the files say now, which may be more than when the page was written.
async function readDecisions() {
  const answer = await send("decisions");
  const byKey = new Map(answer.labels.map((each) => [JSON.stringify([each.customer, each.export, each.label]), each]));
  data.labels.forEach((label, index) => {
    const found = byKey.get(JSON.stringify([label.customer, label.export, label.label]));
    if (found) {
      label.decision = found.decision;
      label.how = "reviewed";
      label.by = found.by;
    }
    saved.set(index, found ? found.decision : "");
  });
  data.rejected = answer.rejected;
}

function tell(text, isWrong = false) {
  const status = byId("status");
  status.textContent = text;
  status.classList.toggle("wrong", isWrong);
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

// Dialogues ------------------------------------------------------------------------------

function openDialog(dialog, title, ...children) {
  dialog.replaceChildren(make("h2", {}, title), ...children);
  dialog.showModal();
}

function closeDialog(dialog) {
  dialog.close();
  // Until the next frame the focus would stay in the closed dialogue, and take the next key.
  document.activeElement?.blur();
}

function findConcepts(text) {
  const wanted = text.trim().toLowerCase();
  const rank = ([id, concept]) => {
    const names = [id, ...concept.names].map((name) => name.toLowerCase());
    if (names.includes(wanted)) {
      return 0;
    }
    if (names.some((name) => name.startsWith(wanted))) {
      return 1;
    }
    if (names.some((name) => name.includes(wanted))) {
      return 2;
    }
    return concept.definition.toLowerCase().includes(wanted) ? 3 : 4;
  };
  return Object.entries(data.concepts)
    .map((each) => [rank(each), each[0]])
    .filter(([place]) => place < 4)
    .sort((a, b) => a[0] - b[0] || a[1].length - b[1].length)
    .slice(0, 30)
    .map(([, id]) => id);
}

function openChooser() {
  const dialog = byId("chooser");
  const input = make("input", { type: "search", "aria-label": "Name of a concept", placeholder: "name of a concept" });
  const list = make("ul", { class: "found" });
  const pick = (id) => {
    closeDialog(dialog);
    decide({ word: id });
  };
  const fill = () => {
    const items = findConcepts(input.value).map((id) =>
      make("li", {}, make("button", { type: "button", onclick: () => pick(id) }, make("strong", {}, id), kind(id), make("small", {}, data.concepts[id].definition))),
    );
    list.replaceChildren(...items);
  };
  input.addEventListener("input", fill);
  input.addEventListener("keydown", (event) => {
    const first = list.querySelector("button");
    if (event.key === "Enter" && first) {
      event.preventDefault();
      first.click();
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      first?.focus();
    }
  });
  list.addEventListener("keydown", (event) => {
    const item = document.activeElement.closest("li");
    const next = { ArrowDown: item?.nextElementSibling, ArrowUp: item?.previousElementSibling }[event.key];
    if (next) {
      event.preventDefault();
      next.firstElementChild.focus();
    }
  });
  const makeNew = make("button", { type: "button", onclick: () => openNewConcept(input.value) }, "New concept …");
  openDialog(dialog, "Which concept?", input, list, makeNew);
  fill();
  input.focus();
}

// The concept that has a name as one of its other names.
function ownerOf(name) {
  const spoken = name.replaceAll("-", " ");
  const found = Object.entries(data.concepts).find(([, concept]) => concept.names.some((each) => each.toLowerCase() === spoken));
  return found?.[0];
}

function openNewConcept(name) {
  const dialog = byId("chooser");
  const id = make("input", { value: name.trim().toLowerCase().replace(/[^a-z0-9]+/g, "-") });
  const definition = make("textarea", { rows: "3" });
  const kinds = make("select", {}, ...["thing", "part", "stuff", "void"].map((each) => make("option", {}, each)));
  const parent = make("input", { list: "parents" });
  const parents = make("datalist", { id: "parents" }, ...Object.keys(data.concepts).map((each) => make("option", { value: each })));
  const problem = make("p", { role: "alert" });
  const finish = () => {
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id.value) || data.concepts[id.value]) {
      problem.textContent = "The name is new, and of lower-case words joined by hyphens.";
    } else if (ownerOf(id.value)) {
      problem.textContent = `${ownerOf(id.value)} is also called that: choose it, or another name.`;
    } else if (!definition.value.trim()) {
      problem.textContent = "A definition is needed: the sentence by which the next reviewer decides.";
    } else if (parent.value && !data.concepts[parent.value]) {
      problem.textContent = `There is no concept ${parent.value}.`;
    } else {
      const entry = { definition: definition.value.trim(), kind: kinds.value };
      if (parent.value) {
        entry.parent = parent.value;
      }
      data.concepts[id.value] = { ...entry, parent: parent.value, names: [], crops: [] };
      closeDialog(dialog);
      decide({ word: id.value, new_concept: entry });
    }
  };
  closeDialog(dialog);
  openDialog(
    dialog,
    "A new concept",
    make("label", {}, "Name: lower-case words joined by hyphens", id),
    make("label", {}, "Definition: where does the object end, and what is the next concept?", definition),
    make("label", {}, "Kind", kinds),
    make("label", {}, "Wider concept, or the whole of a part (may be empty)", parent),
    parents,
    problem,
    make("button", { type: "button", onclick: finish }, "Use it"),
  );
  id.focus();
}

// One rule a line: `truck: type = lorry, pickup`.
function parseRules(text) {
  return text
    .split("\n")
    .filter((line) => line.trim())
    .map((line) => {
      const found = /^\s*([\w-]+)\s*:\s*(.+?)\s*=\s*(.+?)\s*$/.exec(line);
      if (!found) {
        throw new Error(`“${line}” is no rule`);
      }
      const [, decision, attribute, values] = found;
      if (!data.concepts[decision] && !["background", "reject"].includes(decision)) {
        throw new Error(`There is no concept ${decision}`);
      }
      return { decision, where: { [attribute]: values.split(",").map((value) => value.trim()) } };
    });
}

function openSplitter() {
  const dialog = byId("splitter");
  const label = data.labels[current];
  const input = make("textarea", { placeholder: "truck: type = lorry, pickup", "aria-label": "Rules, one a line" });
  input.value = (answers.get(current)?.split ?? [])
    .map(({ decision, where }) => Object.entries(where).map(([name, values]) => `${decision}: ${name} = ${values.join(", ")}`).join("\n"))
    .join("\n");
  const problem = make("p", { role: "alert" });
  const finish = () => {
    try {
      const split = parseRules(input.value);
      if (!split.length) {
        throw new Error("A split has at least one rule");
      }
      closeDialog(dialog);
      decide({ word: "", split });
    } catch (error) {
      problem.textContent = error.message;
    }
  };
  openDialog(
    dialog,
    "One label, several concepts",
    make("p", {}, "A line for each rule: concept, attribute and its values. The first rule that fits decides; objects that no rule fits are dropped."),
    attributes(label),
    input,
    problem,
    make("button", { type: "button", onclick: finish }, "Use these rules"),
  );
  input.focus();
}

async function copyYaml() {
  const text = allAnswers();
  const area = make("textarea", { readonly: "", rows: "16", "aria-label": "YAML" });
  area.value = text;
  openDialog(
    byId("yaml"),
    "The answers as YAML",
    make("p", {}, "Put this in the place of all that is in review.yaml, beside this page, and run make taxonomy again."),
    area,
    make("button", { type: "button", onclick: () => closeDialog(byId("yaml")) }, "Close"),
  );
  area.select();
  try {
    await navigator.clipboard.writeText(text);
    tell("copied");
  } catch {
    tell(document.execCommand("copy") ? "copied" : "mark the text and copy it");
  }
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

async function start() {
  if (token) {
    try {
      await readDecisions();
    } catch (error) {
      tell(`the decisions cannot be read: ${error.message}`, true);
    }
  } else {
    restore();
  }
  for (const [customer, ids] of Object.entries(data.rejected)) {
    for (const id of ids) {
      rejected.set(id, customer);
      savedObjects.add(id);
    }
  }
  const filter = byId("filter");
  const first = ["open", "unsure", "all"].find((name) => data.labels.some(FILTERS[name]));
  filter.value = first ?? "all";
  filter.addEventListener("change", showList);
  byId("undo").addEventListener("click", undo);
  byId("copy").addEventListener("click", copyYaml);
  byId("help-button").addEventListener("click", toggleHelp);
  document.addEventListener("keydown", onKey);
  window.addEventListener("beforeunload", (event) => {
    if (failed.size) {
      event.preventDefault();
    }
  });
  showList();
  tell(token ? "answers are saved as you go" : "opened as a file: copy the YAML when you are done");
  document.body.dataset.ready = "yes";
}

start();
