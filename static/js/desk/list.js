/* Choosing rows of a list: the box of the head for all of a page, a span with shift, all that fit, and how many it is.
   The bar of acts (form #chosen) comes with the first of them; without script it is there and does not count. */
(() => {
  const boxes = (from) => [...from.querySelectorAll('tbody input[name="codes"]')];
  const bar = () => document.getElementById("chosen");
  let last = null;

  const show = () => {
    const all = bar()?.elements.all;
    document.querySelectorAll("[data-check-all]").forEach((top) => {
      const each = boxes(top.closest("table"));
      each.forEach((box) => {
        if (all?.checked) box.checked = true;
        box.closest("tr").classList.toggle("is-on", box.checked);
      });
      const chosen = each.filter((box) => box.checked).length;
      top.hidden = !each.length;
      top.checked = chosen > 0 && chosen === each.length;
      top.indeterminate = chosen > 0 && chosen < each.length;
    });
    if (!all) return;
    const count = all.checked ? Number(all.dataset.fitting) : boxes(document).filter((box) => box.checked).length;
    const said = bar().querySelector("[data-said]");
    said.textContent = count ? said.dataset.said.replace("{n}", count.toLocaleString("en")) : "";
    bar().hidden = !count;
    bar().classList.toggle("is-on", count > 0);
    bar().closest("main").classList.toggle("desk--chosen", count > 0);
  };

  document.addEventListener("click", (event) => {
    const box = event.target;
    if (!box.matches?.('tbody input[name="codes"]')) return;
    const each = boxes(box.closest("table"));
    if (event.shiftKey && each.includes(last)) {
      const [from, to] = [each.indexOf(last), each.indexOf(box)].sort((a, b) => a - b);
      each.slice(from, to + 1).forEach((one) => (one.checked = box.checked));
    }
    last = box;
  });
  document.addEventListener("change", (event) => {
    const box = event.target;
    const all = bar()?.elements.all;
    if (box.matches("[data-check-all]")) {
      boxes(box.closest("table")).forEach((one) => (one.checked = box.checked));
    } else if (box === all && !box.checked) {
      boxes(document).forEach((one) => (one.checked = false));
    } else if (!box.matches('[name="codes"], [name="all"]')) return;
    if (all && !box.checked) all.checked = false;
    show();
  });
  document.addEventListener("reset", (event) => event.target === bar() && setTimeout(show));
  // The browser brings boxes back as they were ticked.
  window.addEventListener("pageshow", show);
  document.addEventListener("htmx:load", show);
})();
