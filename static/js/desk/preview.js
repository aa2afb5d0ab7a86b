/* The phone beside the editor. It is loaded anew when [data-reloads] was swapped, shows what is typed after a pause (the
   form's [data-look] button sends it into the frame, and saves nothing), and changes as whom without leaving the page. */
(() => {
  const frame = () => document.querySelector("iframe[data-preview]");
  let soon = 0;

  document.addEventListener("htmx:afterSwap", (event) => {
    const swapped = document.querySelector("[data-reloads]");
    if (frame() && swapped && (event.target === swapped || event.detail.target?.id === swapped.id)) frame().src = frame().src;
  });
  const look = (event) => {
    const button = event.target.closest?.("form[data-unsaved]")?.querySelector("[data-look]");
    if (!button || !frame()) return;
    clearTimeout(soon);
    soon = setTimeout(() => button.isConnected && button.form.requestSubmit(button), 500);
  };
  document.addEventListener("input", look);
  document.addEventListener("change", look);

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-as]");
    if (!form || !frame()) return;
    event.preventDefault();
    const asked = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    history.replaceState(null, "", `?${asked}`);
    const url = new URL(frame().src);
    frame().src = `${url.pathname}?${asked}`;
    document.querySelectorAll("[data-look]").forEach((button) => {
      const to = new URL(button.formAction);
      ["block", "theme"].forEach((name) => to.searchParams.has(name) && asked.set(name, to.searchParams.get(name)));
      button.formAction = `${to.pathname}?${asked}`;
    });
    const said = form.closest("details");
    const name = said.querySelector("[data-as-name]");
    const dealer = form.elements.dealer?.value.trim();
    name.textContent = dealer || name.dataset.nobody;
    said.querySelector("[data-as-rest]").textContent = dealer ? "" : ` ${form.elements.tier.selectedOptions[0].textContent} ${form.elements.region.value}`;
    said.open = false;
    said.querySelector("summary").focus();
  });
})();
