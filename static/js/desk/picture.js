/* A field of one picture [data-one-picture]: chosen or uploaded in the page's one sheet #picture-choice, which is told
   whose picture it is when it opens. Without this file the field takes the picture's key. */
(() => {
  const sheet = () => document.getElementById("picture-choice");
  const put = (field, key, seen) => {
    field.querySelector("[data-now]").replaceChildren(...seen);
    field.querySelector("[data-clear-picture]").hidden = !key;
    const input = field.querySelector("input");
    input.value = key;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const choose = (from, template) => {
    const field = from.closest("#picture-choice") && document.getElementById(sheet().dataset.choiceFor);
    if (!field?.matches("[data-one-picture]")) return;
    const one = template.content.firstElementChild;
    put(field, one.dataset.pictured, [document.importNode(one.querySelector("picture"), true)]);
    sheet().close();
  };

  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-chooses]");
    if (opener) sheet().dataset.choiceFor = opener.dataset.chooses;
    const clear = event.target.closest?.("[data-clear-picture]");
    const field = clear?.closest("[data-one-picture]");
    if (field) {
      put(field, "", [document.importNode(field.querySelector("template").content, true)]);
      field.querySelector("[data-chooses]").focus();
    }
    const button = event.target.closest?.("#picture-choice [data-choose]");
    if (button) choose(button, button.parentElement.querySelector("template[data-chosen]"));
  }, true);
  document.addEventListener("picture:chosen", (event) => choose(event.target, event.detail));
})();
