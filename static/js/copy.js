/* <button data-copy="TEXT"> puts the text on the clipboard and says so; hidden where that cannot be done. */
(() => {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      window.mall.say("copied");
    } catch {
      // WeChat may refuse: mark the text instead, so that a long press copies it.
      const text = document.getElementById(button.dataset.copyFrom);
      if (text) getSelection().selectAllChildren(text);
    }
  });
})();
