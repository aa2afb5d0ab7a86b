/* WeChat's own payment sheet: a button [data-bridge] holds what the server signed for it. Whatever the sheet says, the
   server finds out by itself; only where the person closed the sheet does the page stay as it is. */
(() => {
  const CLOSED = "get_brand_wcpay_request:cancel";
  const show = (button) => window.WeixinJSBridge.invoke(
    "getBrandWCPayRequest",
    JSON.parse(button.dataset.bridge),
    (said) => said?.err_msg === CLOSED || window.location.assign(button.dataset.back),
  );
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-bridge]");
    if (!button) return;
    if (window.WeixinJSBridge) show(button);
    else document.addEventListener("WeixinJSBridgeReady", () => show(button), { once: true });
  });
})();
