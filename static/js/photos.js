/* Photos chosen for a form: made smaller on the phone, shown as they will be sent, each taken out again by a tap.
   The field itself holds them, so the form is sent as without script. An engine that cannot fill it is left alone. */
(() => {
  const SIDE = 1600;
  const box = document.querySelector("[data-photos]");
  const input = box?.querySelector("input");
  if (!box || typeof DataTransfer !== "function" || typeof createImageBitmap !== "function") return;
  const most = Number(box.dataset.photos);
  const list = box.querySelector("[data-shots]");
  const face = box.querySelector("template").content;
  let kept = [];
  box.classList.add("is-live");

  const put = () => {
    const files = new DataTransfer();
    kept.forEach((one) => files.items.add(one.file));
    input.files = files.files;
    list.replaceChildren(...kept.map((one) => one.shot));
    box.classList.toggle("is-full", kept.length >= most);
  };

  // The middle of the picture fills the square.
  const draw = (canvas, picture) => {
    const side = Math.min(picture.width, picture.height);
    const [x, y] = [(picture.width - side) / 2, (picture.height - side) / 2];
    canvas.getContext("2d").drawImage(picture, x, y, side, side, 0, 0, canvas.width, canvas.height);
  };

  const smaller = async (one) => {
    const picture = await createImageBitmap(one.file, { imageOrientation: "from-image" });
    draw(one.shot.querySelector("canvas"), picture);
    const scale = SIDE / Math.max(picture.width, picture.height);
    if (scale >= 1) return;
    const sheet = document.createElement("canvas");
    [sheet.width, sheet.height] = [picture.width * scale, picture.height * scale];
    sheet.getContext("2d").drawImage(picture, 0, 0, sheet.width, sheet.height);
    const drawn = await new Promise((done) => sheet.toBlob(done, "image/jpeg", 0.85));
    if (drawn && drawn.size < one.file.size) one.file = new File([drawn], "photo.jpg", { type: drawn.type });
  };

  input.addEventListener("change", async () => {
    const fresh = [...input.files].slice(0, most - kept.length).map((file) => ({ file, shot: face.cloneNode(true).firstElementChild }));
    fresh.forEach((one) => one.shot.querySelector("button").addEventListener("click", () => {
      kept = kept.filter((other) => other !== one);
      put();
      input.focus();
    }));
    kept.push(...fresh);
    put();
    // What this phone cannot open is sent as it is: the server says what is wrong with it.
    for (const one of fresh) await smaller(one).catch(() => undefined);
    put();
  });
})();
