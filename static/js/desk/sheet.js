/* <table data-sheet>: enter and the arrows go from cell to cell of a column, as in a spreadsheet; pasting a column fills it. */
(() => {
  const cells = (table) => [...table.querySelectorAll("input.cell")];
  document.addEventListener("keydown", (event) => {
    const table = event.target.closest?.("[data-sheet]");
    if (!table || !event.target.matches("input.cell") || event.isComposing) return;
    const step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = cells(table);
    const next = all[all.indexOf(event.target) + step];
    if (next) {
      next.focus();
      next.select();
    }
  });
  document.addEventListener("paste", (event) => {
    const table = event.target.closest?.("[data-sheet]");
    if (!table || !event.target.matches("input.cell")) return;
    const lines = event.clipboardData.getData("text").replace(/\r?\n$/, "").split(/\r?\n/);
    if (lines.length < 2) return;
    event.preventDefault();
    const all = cells(table);
    const from = all.indexOf(event.target);
    lines.slice(0, all.length - from).forEach((line, at) => {
      all[from + at].value = line.split("\t")[0].trim();
    });
    event.target.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
