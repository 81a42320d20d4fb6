// Tabs whose pages come ready from Python, with their pictures; buttons and forms in them are sent back.
import { element } from "./element.js";

const PICTURES = ["history", "costs", "profits", "losses"];

function render({ model, el }) {
  const place = `twin-${Math.random().toString(36).slice(2, 9)}`;
  const tabs = new Map();
  const drawn = new Map(); // name of a picture -> its address
  const status = element("p", { className: "twin-status", role: "status" });
  const alert = element("p", { className: "twin-alert", role: "alert" });
  const panel = element("div", { id: `${place}-panel`, className: "twin-panel", role: "tabpanel", tabIndex: 0 });
  const list = element("div", { className: "twin-tabs", role: "tablist" });
  const tools = element("div", { className: "twin-row twin-tools" });
  const inVoila = Boolean(document.body.dataset.voila);

  function choose(id, focus = false) {
    if (id === model.get("active")) return;
    panel.setAttribute("aria-busy", "true");
    model.set("active", id);
    model.save_changes();
    if (focus) tabs.get(id).focus();
  }

  function onKey(event) {
    const ids = [...tabs.keys()];
    const at = ids.indexOf(model.get("active"));
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: ids.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choose(ids[(to + ids.length) % ids.length], true);
  }

  function showTabs() {
    for (const [id, tab] of tabs) {
      const chosen = id === model.get("active");
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      if (chosen) panel.setAttribute("aria-labelledby", tab.id);
    }
  }

  function showPage() {
    const kept = new Map([...panel.querySelectorAll("img[data-picture]")].map((img) => [img.dataset.picture, img]));
    const typed = panel.contains(document.activeElement) ? document.activeElement.id : "";
    panel.innerHTML = model.get("page");
    for (const img of panel.querySelectorAll("img[data-picture]")) {
      const old = kept.get(img.dataset.picture); // keeps its picture until the new one is ready
      if (old) {
        old.alt = img.alt;
        img.replaceWith(old);
      }
    }
    if (typed) document.getElementById(typed)?.focus();
    showPictures();
    panel.removeAttribute("aria-busy");
  }

  function draw(name) {
    const bytes = model.get(name);
    if (!bytes.byteLength) return;
    if (drawn.has(name)) setTimeout(URL.revokeObjectURL, 5000, drawn.get(name));
    drawn.set(name, URL.createObjectURL(new Blob([bytes], { type: "image/png" })));
    showPictures();
  }

  function showPictures() {
    for (const img of panel.querySelectorAll("img[data-picture]")) {
      const address = drawn.get(img.dataset.picture);
      if (address && img.src !== address) img.src = address;
    }
  }

  function deliver(message, buffers) {
    if (message.download) {
      const blob = new Blob(buffers, { type: message.type });
      const link = element("a", { href: URL.createObjectURL(blob), download: message.download });
      link.click();
      setTimeout(URL.revokeObjectURL, 60000, link.href);
    }
  }

  async function copyLink() {
    const link = inVoila ? location.origin + location.pathname + "?" + model.get("query") : "?" + model.get("query");
    try {
      await navigator.clipboard.writeText(link);
      status.textContent = "The link to this state is on the clipboard.";
    } catch {
      status.textContent = `The link to this state: ${link}`; // pages without encryption have no clipboard
    }
  }

  el.classList.add("twin", "twin-sheet");
  for (const [id, label] of model.get("tabs")) {
    const tab = element("button", { type: "button", id: `${place}-${id}`, role: "tab", onclick: () => choose(id) }, label);
    tab.setAttribute("aria-controls", panel.id);
    tabs.set(id, tab);
  }
  list.append(...tabs.values());
  list.onkeydown = onKey;
  for (const [name, label] of model.get("tools")) {
    const press = name === "link" ? copyLink : () => {
      status.textContent = "One moment …";
      model.send({ do: name });
    };
    tools.append(element("button", { type: "button", onclick: press }, label));
  }
  panel.onclick = (event) => {
    const button = event.target.closest("[data-do]");
    if (button) model.send({ do: button.dataset.do });
  };
  panel.onsubmit = (event) => {
    event.preventDefault();
    model.send({ do: event.target.dataset.form, ...Object.fromEntries(new FormData(event.target)) });
  };
  const title = element("h2", {});
  const showSaid = () => {
    title.textContent = model.get("title");
    status.textContent = model.get("status");
    alert.textContent = model.get("said");
  };
  model.on("change:active", showTabs);
  model.on("change:page", showPage);
  for (const name of PICTURES) model.on(`change:${name}`, () => draw(name));
  for (const name of ["title", "status", "said"]) model.on(`change:${name}`, showSaid);
  model.on("msg:custom", deliver);
  if (inVoila) {
    if (location.search.length > 1) {
      model.set("opened", location.search);
      model.save_changes();
    }
    model.on("change:query", () => history.replaceState(null, "", `?${model.get("query")}`));
  }
  el.append(element("div", { className: "twin-head" }, [title, tools]), status, alert, list, panel);
  showTabs();
  showPage();
  PICTURES.forEach(draw);
  showSaid();
}

export default { render };
