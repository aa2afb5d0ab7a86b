/* The form of a claim: what would come back follows what is chosen, and only reasons that fit are offered. */
(() => {
  const form = document.querySelector("[data-claim]");
  if (!form) return;
  const back = document.querySelector("[data-back]");
  const reason = form.querySelector("[name=reason]");

  const sum = (of) => [...form.querySelectorAll("input[data-points]")].reduce((all, input) => {
    const pieces = input.type === "checkbox" && !input.checked ? 0 : Number(input.value) || 0;
    return all + pieces * Number(input.dataset[of]);
  }, 0);

  const show = () => {
    const kind = form.querySelector("[name=kind]:checked");
    const fen = sum("fen");
    const money = back.querySelector("[data-fen]");
    back.querySelector("[data-points]").textContent = sum("points").toLocaleString("en-US");
    money.textContent = `+ ¥${(fen / 100).toLocaleString("en-US", { minimumFractionDigits: 2 })}`;
    money.hidden = !fen;
    back.hidden = !!kind && !kind.hasAttribute("data-refunds");
    for (const one of reason.options) {
      const fits = !kind || !one.value || one.dataset.fits.split(" ").includes(kind.value);
      one.hidden = one.disabled = !fits;
      if (!fits && one.selected) reason.value = "";
    }
  };
  form.addEventListener("change", show);
  window.addEventListener("pageshow", show);
  show();
})();
