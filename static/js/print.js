/* <button data-print> prints the page. WeChat cannot: its pages carry no such button. */
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
