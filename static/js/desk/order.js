/* A list [data-sorts] of li[data-id]: dragged, or moved by the arrow keys on a row's handle [data-grip]. What is dropped
   is sent by the form's [data-order-send] with the ids in [data-order]; a key presses the row's own up or down button. */
(() => {
  let held = null;
  const row = (event) => event.target.closest?.("[data-sorts] > li");
  const clear = () => document.querySelectorAll(".is-goal").forEach((one) => one.classList.remove("is-goal"));

  document.addEventListener("dragstart", (event) => {
    held = row(event);
    if (!held) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", held.dataset.id);
    held.classList.add("is-held");
  });
  document.addEventListener("dragover", (event) => {
    const over = held && row(event);
    if (!over || over.parentNode !== held.parentNode) return;
    event.preventDefault();
    clear();
    if (over !== held) over.classList.add("is-goal");
  });
  document.addEventListener("drop", (event) => {
    const over = held && row(event);
    if (!over || over === held || over.parentNode !== held.parentNode) return;
    event.preventDefault();
    const rows = [...over.parentNode.children];
    const down = rows.indexOf(held) < rows.indexOf(over);
    over.parentNode.insertBefore(held, down ? over.nextSibling : over);
    const form = over.closest("form");
    form.querySelector("[data-order]").value = [...over.parentNode.children].map((one) => one.dataset.id).join(",");
    form.querySelector("[data-order-send]").click();
  });
  document.addEventListener("dragend", () => {
    clear();
    held?.classList.remove("is-held");
    held = null;
  });
  document.addEventListener("keydown", (event) => {
    const grip = event.target.closest?.("[data-sorts] [data-grip]");
    const way = { ArrowUp: "up", ArrowDown: "down" }[event.key];
    if (!grip || !way) return;
    event.preventDefault();
    document.getElementById(`${way}-${grip.closest("li").dataset.id}`)?.click();
  });
})();
