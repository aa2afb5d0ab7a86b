/* The tree of categories [data-tree]: a row is dragged in front of another, or onto its right half to go into it; with
   the keyboard the arrows on its handle press the row's own buttons, and the handle keeps the focus. */
(() => {
  let held = null;
  let back = "";
  const row = (event) => event.target.closest?.("[data-tree] > li");
  const clear = () => document.querySelectorAll(".is-goal, .is-into").forEach((one) => one.classList.remove("is-goal", "is-into"));
  const into = (event, over) => event.clientX > over.getBoundingClientRect().left + over.offsetWidth / 2;
  document.addEventListener("dragstart", (event) => {
    held = row(event);
    if (!held) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", held.dataset.code);
    held.classList.add("is-held");
  });
  document.addEventListener("dragover", (event) => {
    const over = held && row(event);
    if (!over) return;
    event.preventDefault();
    clear();
    if (over !== held) over.classList.add(into(event, over) ? "is-into" : "is-goal");
  });
  document.addEventListener("drop", (event) => {
    const over = held && row(event);
    if (!over || over === held) return;
    event.preventDefault();
    const form = document.getElementById("tree-drop");
    const inside = into(event, over);
    form.elements.code.value = held.dataset.code;
    form.elements.parent.value = inside ? over.dataset.code : over.dataset.parent;
    form.elements.before.value = inside ? "" : over.dataset.code;
    back = `grip-${held.dataset.code}`;
    form.requestSubmit();
  });
  document.addEventListener("dragend", () => {
    clear();
    held?.classList.remove("is-held");
    held = null;
  });
  document.addEventListener("keydown", (event) => {
    const grip = event.target.closest?.("[data-tree-grip]");
    const way = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "out", ArrowRight: "in" }[event.key];
    if (!grip || !way) return;
    event.preventDefault();
    back = grip.id;
    document.getElementById(`${way}-${grip.closest("li").dataset.code}`)?.click();
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (back) document.getElementById(back)?.focus();
    back = "";
  });
})();
