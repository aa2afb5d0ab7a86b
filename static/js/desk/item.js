/* The editor of a reward: Ctrl+S saves, and what a button of the form changed counts as typed. */
(() => {
  const form = () => document.getElementById("item-form");
  const changed = (target) => target?.dispatchEvent(new Event("change", { bubbles: true }));
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s" && form()) {
      event.preventDefault();
      document.querySelector("[data-save]")?.click();
    }
  });
  document.addEventListener("htmx:load", (event) => {
    if (event.target.id === "item-form") changed(event.target.elements.revision);
  });
})();
