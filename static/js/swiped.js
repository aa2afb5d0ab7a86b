/* A row that is swiped sideways begins where the chosen one can be seen. */
(() => {
  for (const row of document.querySelectorAll(".chips, .tabs")) {
    const chosen = row.querySelector("[aria-current]");
    if (!chosen || row.scrollWidth <= row.clientWidth) continue;
    const [its, all] = [chosen.getBoundingClientRect(), row.getBoundingClientRect()];
    if (its.right > all.right || its.left < all.left) row.scrollLeft += its.left - all.left - (all.width - its.width) / 2;
  }
})();
