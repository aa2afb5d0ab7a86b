/* Counts the picture in view and gives the gallery its dots; swiping is the browser's own. */
(() => {
  const start = (gallery) => {
    const track = gallery.querySelector(".gallery__track");
    const slides = track.children.length;
    if (gallery.dataset.started || slides < 2) return;
    gallery.dataset.started = "1";
    const dots = document.createElement("p");
    dots.className = "gallery__dots";
    dots.setAttribute("aria-hidden", "true");
    for (let n = 0; n < slides; n += 1) dots.append(Object.assign(document.createElement("i"), { className: "gallery__dot" }));
    gallery.append(dots);
    const at = gallery.querySelector("[data-at]");
    const show = () => {
      const n = Math.round(track.scrollLeft / track.clientWidth);
      if (at) at.textContent = n + 1;
      [...dots.children].forEach((dot, i) => dot.toggleAttribute("aria-current", i === n));
    };
    track.addEventListener("scroll", () => requestAnimationFrame(show), { passive: true });
    show();
  };
  const startAll = () => document.querySelectorAll("[data-gallery]").forEach(start);
  document.addEventListener("htmx:load", startAll);
  startAll();
})();
