// A click on a column's head sorts its table: numbers from the highest, words from A.
// A second click turns the order round. A cell's number is in its data-v.

const OPPOSITE = { ascending: "descending", descending: "ascending" };

function sortBy(table, column) {
  const heads = [...table.tHead.rows[0].cells];
  const head = heads[column];
  const rows = [...table.tBodies[0].rows];
  const numeric = rows.every((row) => row.cells[column].dataset.v !== undefined);

  const first = numeric ? "descending" : "ascending";
  const order = head.ariaSort === first ? OPPOSITE[first] : first;
  heads.forEach((each) => {
    each.ariaSort = null;
  });
  head.ariaSort = order;

  rows.sort(numeric ? byNumber(column) : byWord(column));
  if (order === "descending") {
    rows.reverse();
  }
  table.tBodies[0].append(...rows);
}

function byNumber(column) {
  return (a, b) => a.cells[column].dataset.v - b.cells[column].dataset.v;
}

function byWord(column) {
  const word = (row) => row.cells[column].textContent.trim();
  return (a, b) => word(a).localeCompare(word(b));
}

for (const table of document.querySelectorAll("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    // A button, so that the keyboard reaches it.
    const button = document.createElement("button");
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sortBy(table, column));
  });
}

// Paper cannot be clicked: what is folded is printed, too.
window.addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details")) {
    folded.open = true;
  }
});
