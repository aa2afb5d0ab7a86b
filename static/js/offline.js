/* A line at the top while there is no network. */
(() => {
  let line = null;
  const show = () => {
    line?.remove();
    line = null;
    const words = document.getElementById("say-offline");
    if (navigator.onLine || !words) return;
    line = words.content.firstElementChild.cloneNode(true);
    document.body.prepend(line);
  };
  window.addEventListener("offline", show);
  window.addEventListener("online", show);
  show();
})();
