/* Counts down to [data-countdown] by the server's clock: the page says the server's time when it was made, the phone's
   clock only measures what has passed since. At nought the page's part (or the page) is asked for again. */
(() => {
  const said = Date.parse(document.querySelector('meta[name="server-time"]')?.content || "");
  if (Number.isNaN(said)) return;
  // What passed between the server's word and this script: the navigation's own clock knows.
  const begun = performance.getEntriesByType?.("navigation")[0]?.responseStart || 0;
  const now = () => said + performance.now() - begun;
  const two = (n) => String(n).padStart(2, "0");

  const tick = () => document.querySelectorAll("[data-countdown]").forEach((clock) => {
    const left = Math.max(0, Math.round((Date.parse(clock.dataset.countdown) - now()) / 1000));
    const put = (name, value) => {
      const cell = clock.querySelector(`[data-${name}]`);
      if (cell && cell.textContent !== value) cell.textContent = value;
    };
    put("hours", two(Math.floor(left / 3600)));
    put("minutes", two(Math.floor(left / 60) % 60));
    put("seconds", two(left % 60));
    if (left > 0 || clock.dataset.over) return;
    clock.dataset.over = "1";
    clock.dispatchEvent(new CustomEvent("countdown:over", { bubbles: true }));
  });
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", () => document.hidden || tick());
  tick();
})();
