/* A frame over the whole picture, dragged, moved by arrows, sized by + and - or the slider; a small picture shows what
   is left. Where it lies goes into three hidden fields, in pixels of the picture that came. */
(() => {
  const start = (crop) => {
    const find = (name) => crop.querySelector(`[data-${name}]`);
    const [stage, frame, zoom, preview] = [crop.querySelector(".cropper__stage"), find("frame"), find("zoom"), find("preview")];
    const [wide, high] = [Number(crop.dataset.width), Number(crop.dataset.height)];
    const [across, down] = crop.dataset.ratio.split("/").map(Number);
    const most = Math.min(wide, Math.floor((high * across) / down));
    const least = Math.min(most, Number(crop.dataset.least));
    let [left, top, width] = crop.dataset.at.split(" ").map(Number);
    const height = () => Math.floor((width * down) / across);

    const shown = crop.querySelector("img").cloneNode();
    shown.alt = "";
    shown.className = "cropper__shown";
    preview.append(shown);

    const draw = (chosen) => {
      width = Math.round(Math.min(most, Math.max(least, width)));
      left = Math.round(Math.min(wide - width, Math.max(0, left)));
      top = Math.round(Math.min(high - height(), Math.max(0, top)));
      Object.assign(frame.style, {
        left: `${(100 * left) / wide}%`, top: `${(100 * top) / high}%`,
        width: `${(100 * width) / wide}%`, height: `${(100 * height()) / high}%`,
      });
      const scale = preview.clientWidth / width;
      Object.assign(shown.style, { width: `${wide * scale}px`, height: `${high * scale}px`, left: `${-left * scale}px`, top: `${-top * scale}px` });
      zoom.value = most > least ? (100 * (most - width)) / (most - least) : 0;
      if (!chosen) return;
      [find("left").value, find("top").value, find("cut").value] = [left, top, width];
      find("cut").dispatchEvent(new Event("change", { bubbles: true }));
    };
    const size = (to) => {
      const [middle, centre] = [left + width / 2, top + height() / 2];
      width = Math.min(most, Math.max(least, to));
      [left, top] = [middle - width / 2, centre - height() / 2];
      draw(true);
    };

    let from = null;
    frame.addEventListener("pointerdown", (event) => {
      from = [event.clientX, event.clientY, left, top];
      frame.setPointerCapture(event.pointerId);
    });
    frame.addEventListener("pointermove", (event) => {
      if (!from) return;
      const scale = wide / stage.clientWidth;
      left = from[2] + (event.clientX - from[0]) * scale;
      top = from[3] + (event.clientY - from[1]) * scale;
      draw(true);
    });
    for (const name of ["pointerup", "pointercancel"]) frame.addEventListener(name, () => { from = null; });
    frame.addEventListener("keydown", (event) => {
      const step = (event.shiftKey ? 0.1 : 0.01) * wide;
      const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] || [0, 0];
      const grow = { "+": 0.95, "=": 0.95, "-": 1.05 }[event.key];
      if (!x && !y && !grow) return;
      event.preventDefault();
      [left, top] = [left + x * step, top + y * step];
      if (grow) size(width * grow);
      else draw(true);
    });
    zoom.addEventListener("input", () => size(most - (zoom.value / 100) * (most - least)));
    crop.addEventListener("change", (event) => {
      if (event.target.name !== "anchor") return;
      width = most;
      const words = event.target.value;
      left = /left$/.test(words) ? 0 : /right$/.test(words) ? wide - width : (wide - width) / 2;
      top = /^top/.test(words) ? 0 : /^bottom/.test(words) ? high - height() : (high - height()) / 2;
      draw(true);
    });

    frame.hidden = find("tools").hidden = false;
    frame.tabIndex = 0;
    draw(false);
    window.addEventListener("resize", () => draw(false));
  };
  document.querySelectorAll("[data-cropper]").forEach(start);
})();
