/* A field of pictures: ordered by dragging, by arrow keys on a picture or by its buttons; chosen in the library's sheet.
   Without this file the buttons send the form, and the server moves. */
(() => {
  const listOf = (field) => field.querySelector(".pictures__list");
  const say = (field, words, one) => {
    const all = listOf(field).children;
    const n = one ? [...all].indexOf(one) + 1 : 0;
    field.querySelector("[data-status]").textContent = words.replace("{n}", n).replace("{all}", all.length);
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const ready = (field) => field.querySelectorAll("[data-grip]:not([tabindex])").forEach((grip) => {
    Object.assign(grip, { tabIndex: 0, ariaLabel: grip.dataset.label });
    grip.setAttribute("role", "button");
  });
  const move = (one, to) => {
    const list = one.parentElement;
    const others = [...list.children].filter((each) => each !== one);
    const at = Math.min(others.length, Math.max(0, to));
    list.insertBefore(one, others[at] || null);
    const field = list.closest("[data-pictures]");
    say(field, field.dataset.said, one);
  };
  const place = (one) => [...one.parentElement.children].indexOf(one);

  document.addEventListener("click", (event) => {
    const button = event.target.closest(".pictured__act");
    const field = button?.closest("[data-pictures]");
    if (!field) return;
    event.preventDefault();
    const one = button.closest("[data-pictured]");
    if (button.dataset.move) {
      move(one, place(one) + Number(button.dataset.move));
      button.focus();
      return;
    }
    const next = one.nextElementSibling || one.previousElementSibling;
    one.remove();
    say(field, field.dataset.saidOut);
    (next?.querySelector("[data-grip]") || field.querySelector(".pictures__add")).focus();
  });
  document.addEventListener("keydown", (event) => {
    const one = event.target.matches?.("[data-grip]") && event.target.closest("[data-pictured]");
    if (!one) return;
    const to = { ArrowLeft: place(one) - 1, ArrowUp: place(one) - 1, ArrowRight: place(one) + 1, ArrowDown: place(one) + 1, Home: 0, End: Infinity }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    move(one, to);
    event.target.focus();
  });

  let dragged = null;
  document.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest?.("[data-pictures] [data-grip]");
    if (!grip || event.button) return;
    event.preventDefault();
    grip.focus();
    dragged = grip.closest("[data-pictured]");
    dragged.classList.add("is-dragged");
  });
  document.addEventListener("pointermove", (event) => {
    const over = dragged && document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-pictured]");
    if (!over || over === dragged || over.parentElement !== dragged.parentElement) return;
    move(dragged, place(over));
  });
  for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => {
    dragged?.classList.remove("is-dragged");
    dragged = null;
  });

  const choose = (from, template) => {
    const sheet = from.closest("[data-choice-for]");
    const field = sheet && document.getElementById(sheet.dataset.choiceFor);
    const one = template.content.firstElementChild;
    if (!field?.matches("[data-pictures]") || field.querySelector(`[data-pictured="${one.dataset.pictured}"]`)) return;
    if (listOf(field).children.length >= Number(field.dataset.most)) return say(field, field.dataset.saidFull);
    const added = listOf(field).appendChild(document.importNode(one, true));
    ready(field);
    say(field, field.dataset.said, added);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-choose]");
    if (!button) return;
    choose(button, button.parentElement.querySelector("template[data-chosen]"));
    button.closest("dialog")?.close();
  });
  document.addEventListener("picture:chosen", (event) => choose(event.target, event.detail));
  document.addEventListener("htmx:load", (event) => event.target.querySelectorAll?.("[data-pictures]").forEach(ready));
  document.querySelectorAll("[data-pictures]").forEach(ready);
})();
