/* What a person is told when an htmx request goes wrong. Refusals (409, 422, 429) are answers and are swapped like
   any; other failures leave the page as it is and are told at the screen's foot, with a way to try again. */
(() => {
  const retry = (toast, detail) => toast?.querySelector("[data-retry]")?.addEventListener("click", () => {
    toast.remove();
    window.htmx.trigger(detail.elt, detail.requestConfig?.triggeringEvent?.type || "click");
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    // The server wrote its own words for the foot of the screen: show them whatever the status.
    if (xhr.status >= 400 && xhr.getResponseHeader("HX-Retarget") === "#toasts") {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  document.addEventListener("htmx:responseError", (event) => {
    const { status } = event.detail.xhr;
    const what = status === 403 ? "forbidden" : status === 404 || status === 410 ? "gone" : "failed";
    retry(window.mall.say(what), event.detail);
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => retry(window.mall.say("failed"), event.detail));
  }
  // Whoever reads by ear is taken to what was wrong with the form.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.xhr.status === 422) event.detail.target.querySelector?.('[aria-invalid="true"], [role="alert"]')?.focus?.();
  });
})();
