/* A text area [data-rich] becomes a page one writes on, with a bar of a few commands; what stands on it is the text
   area's value. Without script the text area itself takes the tags. The server cleans whatever comes. */
(() => {
  const run = (command, value) => document.execCommand(command, false, value);
  const acts = (words, heading) => [
    () => run("formatBlock", heading),
    () => run("formatBlock", "p"),
    () => run("bold"),
    () => run("insertUnorderedList"),
    () => run("insertOrderedList"),
    () => {
      const to = window.prompt(words[7], "/");
      if (to) run("createLink", to);
    },
    () => run("removeFormat"),
  ];
  const start = (area) => {
    if (area.dataset.started || !document.execCommand) return;
    area.dataset.started = "1";
    const words = area.dataset.rich.split("|");
    const box = Object.assign(document.createElement("div"), { className: "richtext__box" });
    const bar = Object.assign(document.createElement("div"), { className: "richtext__bar" });
    bar.setAttribute("role", "toolbar");
    const sheet = Object.assign(document.createElement("div"), { className: "richtext__page", contentEditable: String(!area.matches(":disabled")), id: `${area.id}-page` });
    sheet.setAttribute("role", "textbox");
    sheet.setAttribute("aria-multiline", "true");
    const label = document.querySelector(`label[for="${area.id}"]`);
    sheet.setAttribute("aria-label", label?.textContent || area.name);
    bar.setAttribute("aria-label", label?.textContent || area.name);
    // The parser that fills the page runs nothing: no script, no handler, no picture comes of it.
    const parsed = new DOMParser().parseFromString(area.value, "text/html");
    parsed.querySelectorAll("*").forEach((one) => {
      [...one.attributes].forEach((own) => own.name === "href" || one.removeAttribute(own.name));
      if (["SCRIPT", "STYLE", "IMG", "IFRAME", "SVG", "OBJECT", "LINK"].includes(one.tagName.toUpperCase())) one.remove();
    });
    sheet.append(...parsed.body.childNodes);
    acts(words, area.dataset.richHeading || "h2").forEach((act, at) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "richtext__act", textContent: words[at] });
      button.addEventListener("mousedown", (event) => event.preventDefault());
      button.addEventListener("click", () => {
        sheet.focus();
        act();
        sheet.dispatchEvent(new Event("input", { bubbles: true }));
      });
      bar.append(button);
    });
    sheet.addEventListener("input", () => {
      area.value = sheet.innerHTML;
    });
    sheet.addEventListener("paste", (event) => {
      event.preventDefault();
      run("insertText", event.clipboardData.getData("text/plain"));
    });
    run("defaultParagraphSeparator", "p");
    run("styleWithCSS", false);
    box.append(bar, sheet);
    area.closest(".field").hidden = true;
    area.closest(".field").after(box);
  };
  const startAll = () => document.querySelectorAll("textarea[data-rich]").forEach(start);
  document.addEventListener("htmx:load", startAll);
  startAll();
})();
