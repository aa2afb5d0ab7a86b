/* <… data-opens="ID"> opens <dialog id="ID" data-sheet>. An engine without dialogs follows the link instead,
   which every opener has. Closing gives the focus back to what opened it. */
(() => {
  const canOpen = typeof HTMLDialogElement === "function" && !!HTMLDialogElement.prototype.showModal;
  let opener = null;

  const open = (sheet) => {
    if (sheet.open) sheet.close();
    sheet.showModal();
    document.documentElement.classList.add("is-sheet-open");
    sheet.querySelector("[autofocus], h2[tabindex]")?.focus({ preventScroll: true });
  };

  document.addEventListener("click", (event) => {
    const from = event.target.closest("[data-opens]");
    if (from) {
      const sheet = document.getElementById(from.dataset.opens);
      if (!sheet || !canOpen) return;
      event.preventDefault();
      opener = from;
      open(sheet);
      return;
    }
    // A press on the dark ground outside the sheet's own box closes it.
    const sheet = event.target;
    if (!sheet.matches?.("dialog[data-sheet][open]") || !event.detail) return;
    const box = sheet.getBoundingClientRect();
    if (event.clientY < box.top || event.clientX < box.left || event.clientX > box.right) sheet.close();
  });

  document.addEventListener("close", (event) => {
    if (!event.target.matches?.("[data-sheet]")) return;
    document.documentElement.classList.remove("is-sheet-open");
    opener?.focus({ preventScroll: true });
    opener = null;
  }, true);

  // A sheet that htmx brings is opened as soon as it lies in the page.
  document.addEventListener("htmx:load", (event) => {
    const sheet = event.target.matches?.("[data-sheet][data-now]") ? event.target : event.target.querySelector?.("[data-sheet][data-now]");
    if (sheet && canOpen && !sheet.open) open(sheet);
  });
})();
