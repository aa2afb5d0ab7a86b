/* Lists by keyboard: arrows go from row to row, Enter is the row's own link, space chooses, Escape lets go, ? helps. */
(() => {
  const TABLE = "main .tablebox .table:not(.table--form)";
  const rows = () => [...document.querySelectorAll(`${TABLE} tbody tr`)].filter((row) => row.querySelector("a.link"));
  const go = (row) => row?.querySelector("a.link").focus();

  const step = (event, at) => {
    const all = rows();
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || !all.length || (at < 0 && event.key !== "ArrowDown")) return;
    event.preventDefault();
    if (to < 0) document.querySelector('main form[role="search"] input[type="search"]')?.focus();
    else if (to >= all.length) document.querySelector('main .tablefoot__pages [rel="next"]')?.focus();
    else go(all[to]);
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const from = event.target;
    const row = from.closest(`${TABLE} tbody tr`);
    const searching = from.matches('main input[type="search"]');
    if (searching || from.closest("dialog, details[open]")) {
      if (searching && event.key === "ArrowDown") step(event, -1);
      return;
    }
    if (!from.matches("a, body, main, .tablebox, [type=checkbox]")) return;
    const sheet = event.key === "?" && document.getElementById("keys");
    if (sheet) {
      event.preventDefault();
      document.querySelector('[data-opens="keys"]').click();
      if (row) sheet.addEventListener("close", () => go(row), { once: true }); // back to where one was
      return;
    }
    if (!row && from.closest('a:not([data-opens="keys"]), label')) return;
    const box = row?.querySelector('input[name="codes"]');
    if (event.key === " " && box && from !== box) {
      event.preventDefault();
      box.click();
    } else if (event.key === "Escape" && document.querySelector('[name="codes"]:checked')) {
      document.getElementById("chosen").reset();
    } else step(event, rows().indexOf(row));
  });
})();
