// Saving: to the server that gave this page, or in the browser.

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
