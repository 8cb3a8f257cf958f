// A click on a column's head sorts its table: numbers from the highest, words from A; a second click turns it round.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const key = (row) => row.cells[column].dataset.v ?? row.cells[column].textContent.trim();
      const rows = [...table.tBodies[0].rows];
      const numeric = rows.every((row) => row.cells[column].dataset.v !== undefined);
      const first = numeric ? "descending" : "ascending";
      const second = numeric ? "ascending" : "descending";
      const way = head.ariaSort === first ? second : first;
      heads.forEach((each) => { each.ariaSort = null; });
      head.ariaSort = way;
      const sign = way === "ascending" ? 1 : -1;
      const compare = numeric ? (a, b) => key(a) - key(b) : (a, b) => key(a).localeCompare(key(b));
      table.tBodies[0].append(...rows.sort((a, b) => sign * compare(a, b)));
    });
  });
}
