/* A form is sent once: while it is on its way its buttons rest. The server's key is what counts; this only saves the
   second press. A page that comes back from the browser's memory has its buttons awake again. */
(() => {
  const rest = (form, resting) => {
    form.classList.toggle("is-sending", resting);
    form.setAttribute("aria-busy", String(resting));
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (event.submitter?.formTarget) return; // into a frame of this page: it stays, and may be sent again
    if (form.classList.contains("is-sending")) {
      event.preventDefault();
      return;
    }
    // After the other listeners, so that a form they stop is not left asleep.
    setTimeout(() => event.defaultPrevented || rest(form, true));
    setTimeout(() => rest(form, false), 15000);
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form.is-sending").forEach((form) => rest(form, false)));
})();
