/* The back office by keyboard: "/" goes to the search; one box ticks all rows of its table; a menu closes by itself. */
(() => {
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const field = [...document.querySelectorAll("[data-focus-key]")].find((one) => one.dataset.focusKey === event.key);
    if (!field) return;
    event.preventDefault();
    field.focus();
  });
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box.matches("[data-check-all]")) {
      box.closest("table").querySelectorAll('tbody input[type="checkbox"]').forEach((row) => {
        row.checked = box.checked;
        row.closest("tr").classList.toggle("is-on", row.checked);
      });
    } else if (box.matches('tbody input[type="checkbox"]')) {
      box.closest("tr").classList.toggle("is-on", box.checked);
    }
  });
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => menu.contains(event.target) || (menu.open = false));
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
})();
