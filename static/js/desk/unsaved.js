/* <form data-unsaved>: whoever leaves the page with something typed and not sent is asked first. */
(() => {
  const dirty = new Set();
  const note = (event) => {
    const form = event.target.form?.closest?.("[data-unsaved]") || event.target.closest?.("form[data-unsaved]");
    if (form) {
      dirty.add(form);
      form.classList.add("is-unsaved");
    }
  };
  const clean = (form) => {
    dirty.delete(form);
    form.classList.remove("is-unsaved");
  };
  // A form that came back with what was typed in it has still not saved it.
  document.querySelectorAll('form[data-unsaved="typed"]').forEach((form) => dirty.add(form));
  document.addEventListener("input", note);
  document.addEventListener("change", note);
  document.addEventListener("submit", (event) => {
    // A look at the preview sends the form, but saves nothing.
    if (event.submitter?.formTarget) return;
    clean(event.target);
  });
  document.addEventListener("reset", (event) => clean(event.target));
  window.addEventListener("beforeunload", (event) => {
    if (![...dirty].some((form) => form.isConnected)) return;
    event.preventDefault();
    event.returnValue = true; // older engines ask for nothing less
  });
})();
