/* The back office by keyboard: "/" goes to the search; a menu closes by itself; the side shows where one is. */
(() => {
  const side = document.querySelector(".side");
  const here = side?.querySelector("[aria-current]");
  if (here) {
    const [box, link] = [side.getBoundingClientRect(), here.getBoundingClientRect()];
    side.scrollLeft += link.left - box.left - (box.width - link.width) / 2;
    side.scrollTop += link.top - box.top - (box.height - link.height) / 2;
  }
  if (document.querySelector('main form[role="search"] input[type="search"]')) document.querySelector(".top kbd")?.remove();
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const fields = [...document.querySelectorAll(`main form[role="search"] input[type="search"], [data-focus-key]`)];
    const keyed = fields.filter((one) => (one.dataset.focusKey || "/") === event.key);
    const field = keyed.find((one) => one.closest("main")) || keyed[0]; // a list's own search goes before the desk's
    if (!field) return;
    event.preventDefault();
    field.focus();
  });
  // A list's address says what was asked for, and nothing of what was left open.
  document.addEventListener("formdata", (event) => {
    if (!event.target.matches('main form.filters[method="get"]')) return;
    [...event.formData].forEach(([name, value]) => value === "" && event.formData.delete(name));
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
