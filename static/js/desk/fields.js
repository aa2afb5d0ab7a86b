/* Fields that follow each other: [data-when="source"][data-is="own"] is shown for that choice alone; a colour well
   [data-fills] writes into its field and follows it; [data-shows-icon] shows the icon that is chosen. */
(() => {
  const follow = (root) => {
    root.querySelectorAll?.("[data-when]").forEach((part) => {
      const choice = part.closest("form")?.elements[part.dataset.when];
      if (choice) part.hidden = !part.dataset.is.split(" ").includes(choice.value);
    });
  };
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (field.matches("select")) follow(field.form || document);
    if (field.dataset.fills) {
      const filled = field.form.elements[field.dataset.fills];
      filled.value = field.value;
    }
    const well = field.form?.querySelector(`[data-fills="${field.name}"]`);
    if (well && /^#[0-9a-f]{6}$/i.test(field.value)) well.value = field.value;
    const shown = field.form?.querySelector(`[data-shows-icon="${field.name}"] use`);
    if (shown) shown.setAttribute("href", shown.getAttribute("href").replace(/#.*/, `#${field.value}`));
  });
  document.addEventListener("htmx:load", (event) => follow(event.target));
  follow(document);
})();
