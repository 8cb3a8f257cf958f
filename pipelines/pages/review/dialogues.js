// The dialogues: choosing or making a concept, splitting a label, copying the answers.

function openDialog(dialog, title, ...children) {
  dialog.replaceChildren(make("h2", {}, title), ...children);
  dialog.showModal();
}

function closeDialog(dialog) {
  dialog.close();
  // Until the next frame the focus would stay in the closed dialogue, and take the next key.
  document.activeElement?.blur();
}

// A text as it is compared: case and hyphens make no difference.
function plain(text) {
  return text.trim().toLowerCase().replace(/[\s_-]+/g, " ");
}

// How well a concept fits what is looked for, 0 best, 4 not at all.
function rankOf(id, concept, wanted) {
  const names = [id, ...concept.names].map(plain);
  if (names.includes(wanted)) {
    return 0;
  }
  if (names.some((name) => name.startsWith(wanted))) {
    return 1;
  }
  if (names.some((name) => name.includes(wanted))) {
    return 2;
  }
  const said = [...names, plain(concept.definition)].join(" ");
  return wanted.split(" ").every((word) => said.includes(word)) ? 3 : 4;
}

function findConcepts(text) {
  const wanted = plain(text);
  return Object.entries(data.concepts)
    .map(([id, concept]) => [rankOf(id, concept, wanted), id])
    .filter(([rank]) => rank < 4)
    .sort((a, b) => a[0] - b[0] || a[1].length - b[1].length)
    .slice(0, 30)
    .map(([, id]) => id);
}

function openChooser() {
  const dialog = byId("chooser");
  const input = make("input", { type: "search", "aria-label": "Name of a concept", placeholder: "name of a concept" });
  const list = make("ul", { class: "found" });
  const none = make("p", { role: "status" });
  const pick = (id) => {
    closeDialog(dialog);
    decide({ word: id });
  };
  const fill = () => {
    const items = findConcepts(input.value).map((id) =>
      make("li", {}, make("button", { type: "button", onclick: () => pick(id) }, make("strong", {}, id), kind(id), make("small", {}, data.concepts[id].definition))),
    );
    list.replaceChildren(...items);
    none.textContent = items.length ? "" : "No name or definition has these words. If there is no such concept, make it.";
  };
  input.addEventListener("input", fill);
  input.addEventListener("keydown", (event) => {
    const first = list.querySelector("button");
    if (event.key === "Escape") {
      event.preventDefault(); // browsers would only clear the text
      closeDialog(dialog);
    } else if (event.key === "Enter" && first) {
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
  openDialog(dialog, "Which concept?", input, list, none, makeNew);
  fill();
  input.focus();
}

// The concept that has a name as one of its other names.
function ownerOf(name) {
  const found = Object.entries(data.concepts).find(([, concept]) => concept.names.map(plain).includes(plain(name)));
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
