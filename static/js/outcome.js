/* When an answer does not come, a form marked data-key is sent again with the same key: the server gives the same
   outcome, so a second sending never spends twice. Until it is known we say so, and never that it failed. */
(() => {
  const WAITS = [1500, 3000, 6000, 12000];
  const tried = new WeakMap();
  const send = (form) => window.htmx.trigger(form, "submit");

  const again = (form) => {
    const times = tried.get(form) || 0;
    if (times >= WAITS.length) {
      tried.delete(form);
      const toast = window.mall.say("unknown");
      toast?.querySelector("[data-retry]")?.addEventListener("click", () => {
        toast.remove();
        send(form);
      });
      return;
    }
    tried.set(form, times + 1);
    window.mall.say("checking");
    setTimeout(() => form.isConnected && send(form), WAITS[times]);
  };

  const unknown = (event) => {
    const form = event.detail.elt?.closest?.("form[data-key]");
    if (form) {
      event.stopImmediatePropagation();
      again(form);
    }
  };
  document.addEventListener("htmx:sendError", unknown);
  document.addEventListener("htmx:timeout", unknown);
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt?.closest?.("form[data-key]");
    if (form && event.detail.xhr?.status) {
      tried.delete(form);
      document.querySelectorAll('[data-said="checking"]').forEach((toast) => toast.remove());
    }
  });
})();
