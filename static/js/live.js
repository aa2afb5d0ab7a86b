/* A page that iOS brings back frozen shows old numbers: every [data-live="URL"] is fetched anew. */
(() => {
  const refresh = () => document.querySelectorAll("[data-live]").forEach((part) => {
    window.htmx?.ajax("GET", part.dataset.live, { target: part, swap: "outerHTML" });
  });
  window.addEventListener("pageshow", (event) => event.persisted && refresh());
  window.addEventListener("online", refresh);
})();
