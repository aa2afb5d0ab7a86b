/* The editor of a reward: Ctrl+S saves, pictures are dragged into order, and what a button of the form changed counts as
   typed. Without script every one of these is a button of the form. */
(() => {
  const form = () => document.getElementById("item-form");
  const changed = (target) => target?.dispatchEvent(new Event("change", { bubbles: true }));
  const flag = (list) => {
    const first = list.querySelector(".photo__flag");
    [...list.children].forEach((one, at) => one.classList.toggle("photo--main", at === 0));
    if (first && list.firstElementChild) list.firstElementChild.querySelector(".picture").closest("picture, img").after(first);
  };
  let held = null;

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s" && form()) {
      event.preventDefault();
      document.querySelector("[data-save]")?.click();
    }
  });
  document.addEventListener("click", (event) => {
    const act = event.target.closest?.("[data-shot-act]");
    const photo = act?.closest("[data-shot]");
    if (!photo) return;
    event.preventDefault();
    const list = photo.parentNode;
    const name = { up: "previousElementSibling", down: "nextElementSibling" }[act.dataset.shotAct];
    if (!name) {
      const next = photo.nextElementSibling || photo.previousElementSibling;
      const flagged = photo.querySelector(".photo__flag");
      if (flagged && next) next.append(flagged);
      photo.remove();
      next?.querySelector("[data-shot-act=out]").focus();
    } else if (photo[name]) {
      if (name === "previousElementSibling") photo[name].before(photo);
      else photo[name].after(photo);
      act.focus();
    }
    flag(list);
    changed(list.querySelector("input") || form().elements.revision);
  });
  document.addEventListener("dragstart", (event) => {
    held = event.target.closest?.("[data-shot]");
    if (held) event.dataTransfer.setData("text/plain", "");
  });
  document.addEventListener("dragover", (event) => {
    const over = held && event.target.closest?.("[data-shot]");
    if (!over || over.parentNode !== held.parentNode) return;
    event.preventDefault();
    const all = [...over.parentNode.children];
    if (over !== held) over[all.indexOf(held) < all.indexOf(over) ? "after" : "before"](held);
  });
  document.addEventListener("drop", (event) => {
    if (!held) return;
    event.preventDefault();
    flag(held.parentNode);
    changed(held.querySelector("input"));
    held = null;
  });
  document.addEventListener("htmx:load", (event) => {
    if (event.target.id === "item-form") changed(event.target.elements.revision);
  });
})();
