/* A form[data-uploads] sends its files one by one, each with its own bar and its own outcome, which the server words.
   A file that a field waits for goes into the field. Files may be dropped on the form. */
(() => {
  const copy = (form, what) => form.querySelector(`template[data-${what}]`).content.firstElementChild.cloneNode(true);

  const fail = (row, form, what) => {
    row.querySelector("progress")?.remove();
    row.querySelector("[data-name]").after(copy(form, what));
  };

  const put = (row, html) => {
    const told = document.createElement("template");
    told.innerHTML = html;
    const outcome = told.content.firstElementChild;
    if (!outcome?.matches("[data-outcome]")) return false;
    row.replaceWith(outcome);
    window.htmx?.process(outcome);
    const chosen = outcome.querySelector("template[data-chosen]");
    if (chosen) outcome.dispatchEvent(new CustomEvent("picture:chosen", { bubbles: true, detail: chosen }));
    return true;
  };

  const send = (form, file, row) => new Promise((done) => {
    const body = new FormData(form);
    body.delete("files");
    body.append("files", file, file.name);
    body.append("alone", "1");
    const asked = new XMLHttpRequest();
    const bar = row.querySelector("progress");
    asked.open("POST", form.action);
    asked.setRequestHeader("HX-Request", "true");
    asked.timeout = 120000;
    asked.upload.onprogress = (event) => event.lengthComputable && (bar.value = (100 * event.loaded) / event.total);
    asked.upload.onload = () => bar.removeAttribute("value"); // the server draws it: nobody knows how long
    asked.onload = () => done(put(row, asked.responseText) || fail(row, form, "failed"));
    asked.onerror = asked.ontimeout = () => done(fail(row, form, "failed"));
    asked.send(body);
  });

  const start = async (form, files) => {
    const list = form.querySelector("[data-uploaded]");
    const most = Number(form.dataset.mostBytes);
    const rows = files.map((file) => {
      const row = copy(form, "row");
      row.querySelector("[data-name]").textContent = file.name;
      list.append(row);
      if (file.size > most) fail(row, form, "too-large");
      return [file, row];
    });
    form.setAttribute("aria-busy", "true");
    for (const [file, row] of rows) if (file.size <= most) await send(form, file, row);
    form.removeAttribute("aria-busy");
    form.dispatchEvent(new CustomEvent("uploads:over", { bubbles: true }));
  };

  const take = (form, files) => {
    const input = form.querySelector('input[type="file"]');
    input.value = "";
    if (files.length && form.getAttribute("aria-busy") !== "true") start(form, [...files]);
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-uploads]")) return;
    event.preventDefault();
    const files = [...form.querySelector('input[type="file"]').files];
    take(form, files);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches('[data-uploads] input[type="file"]')) take(event.target.form, [...event.target.files]);
  });
  for (const name of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      const form = event.target.closest?.("[data-uploads]");
      if (!form || !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      form.classList.toggle("is-over", name === "dragover");
      if (name === "drop") take(form, [...event.dataTransfer.files]);
    });
  }
})();
