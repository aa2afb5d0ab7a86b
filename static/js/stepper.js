/* The two buttons of a stepper; the number field alone does without them. */
(() => {
  const show = (box) => {
    const input = box.querySelector("input");
    const value = Number(input.value);
    box.querySelector('[data-step="-1"]').disabled = input.disabled || value <= Number(input.min);
    box.querySelector('[data-step="1"]').disabled = input.disabled || value >= Number(input.max);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    const box = button?.closest("[data-stepper]");
    if (!box) return;
    const input = box.querySelector("input");
    const wanted = (Number(input.value) || 0) + Number(button.dataset.step);
    input.value = Math.min(Math.max(wanted, Number(input.min)), Number(input.max));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  document.addEventListener("change", (event) => {
    const box = event.target.closest?.("[data-stepper]");
    if (!box) return;
    const input = event.target;
    const value = Math.round(Number(input.value)) || Number(input.min);
    input.value = Math.min(Math.max(value, Number(input.min)), Number(input.max));
    show(box);
  });
})();
