/* Toasts go by themselves after a while, unless they ask for an answer or are being read. */
(() => {
  const region = () => document.getElementById("toasts");
  const watch = (toast) => {
    if (toast.dataset.seen) return;
    toast.dataset.seen = "1";
    const stays = toast.hasAttribute("data-stay") || toast.querySelector(".toast__action");
    if (stays) return;
    const leave = () => (toast.matches(":hover") || toast.contains(document.activeElement) ? setTimeout(leave, 2000) : toast.remove());
    setTimeout(leave, 6000);
  };
  const look = () => document.querySelectorAll("[data-toast]").forEach(watch);

  // say("failed"): put the words of <template id="say-failed"> at the screen's foot; gives back the toast.
  window.mall = window.mall || {};
  window.mall.say = (what) => {
    const words = document.getElementById(`say-${what}`);
    const place = region();
    if (!words || !place) return null;
    place.querySelectorAll("[data-said]").forEach((old) => old.remove());
    const toast = words.content.firstElementChild.cloneNode(true);
    toast.dataset.said = what;
    place.append(toast);
    watch(toast);
    return toast;
  };

  document.addEventListener("click", (event) => {
    const close = event.target.closest("[data-close]");
    if (close) close.closest("[data-toast]")?.remove();
  });
  document.addEventListener("htmx:load", look);
  look();
})();
