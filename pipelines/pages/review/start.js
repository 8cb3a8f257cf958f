// Begins when all other parts of the script are there.

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
