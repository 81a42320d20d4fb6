// A picture; the old one stays until the new one arrives.
import { element } from "./element.js";

function render({ model, el }) {
  el.classList.add("twin", "twin-picture");
  const img = element("img", { alt: model.get("words"), width: model.get("width") });
  const show = () => {
    const before = img.src;
    img.src = URL.createObjectURL(new Blob([model.get("png")], { type: "image/png" }));
    if (before) setTimeout(URL.revokeObjectURL, 5000, before);
  };
  model.on("change:png", show);
  show();
  el.append(img);
}

export default { render };
