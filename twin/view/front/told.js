// A part of a text that is about the lane in view: when it comes into view, Python writes it anew.
import { ask } from "./element.js";

function render({ model, el }) {
  el.classList.add("twin", "twin-told");
  const show = () => { el.innerHTML = model.get("html"); };
  model.on("change:html", show);
  show();
  const watch = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) ask(model, { do: "seen" });
  }, { rootMargin: "100% 0px" }); // a screen ahead of the reader
  watch.observe(el);
  return () => watch.disconnect();
}

export default { render };
