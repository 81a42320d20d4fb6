// Tabs over a page of HTML and pictures that Python sends; buttons and forms on the page send messages back.
import { charted } from "./chart.js";
import { ask, deliver, element } from "./element.js";

const PICTURES = ["history", "costs", "profits", "losses", "space_ahead", "money_ahead", "savings", "leaving"];
const WAIT = "One moment …";
const LIBRARY = "templates/twin/static/uPlot"; // files of the library that draws charts, below the server's address

// Loads the library, which an app's own server has; resolves to its class, or to null where it cannot be had.
function library() {
  const { baseUrl, voila } = document.body.dataset;
  if (!voila) return Promise.resolve(null);
  return new Promise((resolve) => {
    document.head.append(element("link", { rel: "stylesheet", href: `${baseUrl}${LIBRARY}.min.css` }));
    const script = element("script", { src: `${baseUrl}${LIBRARY}.iife.min.js`, onload: () => resolve(window.uPlot), onerror: () => resolve(null) });
    script.dataset.optional = ""; // without it the page shows pictures
    document.head.append(script);
  });
}

function render({ model, el }) {
  const place = `twin-${Math.random().toString(36).slice(2, 9)}`;
  const tabs = new Map();
  const typed = new Map(); // id of a field -> text that was typed into it
  const drawn = new Map(); // name of a picture -> address of its current data
  const charts = new Map(); // name of a picture -> its chart, where the page draws it itself
  const sent = {}; // name of a picture -> its latest numbers
  let UPlot = null; // class of the library, when it is loaded
  let times = 0; // number of pictures shown so far
  const status = element("p", { className: "twin-status" });
  const assumed = element("details", { className: "twin-assumed" });
  const note = element("p", { className: "twin-note", role: "status" });
  const alert = element("p", { className: "twin-alert", role: "alert" });
  const panel = element("div", { id: `${place}-panel`, className: "twin-panel", role: "tabpanel", tabIndex: 0 });
  const list = element("div", { className: "twin-tabs", role: "tablist" });
  const tools = element("div", { className: "twin-row twin-tools" });
  const title = element("h2", {});
  const inVoila = Boolean(document.body.dataset.voila);
  const tell = (message) => ask(model, { ...message, subject: model.get("subject") });

  function choose(id, focus = false) {
    if (id !== model.get("active")) {
      panel.setAttribute("aria-busy", "true");
      model.set("active", id);
      model.save_changes();
    }
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
    const at = panel.contains(document.activeElement) ? document.activeElement : null;
    const again = at && (at.id ? `#${at.id}` : at.dataset.do ? `[data-do="${at.dataset.do}"]` : "");
    for (const field of panel.querySelectorAll("input[id]")) typed.set(field.id, field.value);
    panel.innerHTML = model.get("page");
    for (const [id, value] of typed) {
      const field = panel.querySelector(`#${id}`);
      if (field) field.value = value; // typed text survives a new page and a change of tabs
    }
    showLive();
    for (const img of panel.querySelectorAll("img[data-picture]")) {
      const old = kept.get(img.dataset.picture); // the old picture stays until the new one arrives
      if (old) {
        old.alt = img.alt;
        img.replaceWith(old);
      }
    }
    const box = at?.name === "question" ? panel.querySelector("#twin-question") : null; // focus had an example question
    if (at) (box ?? (again ? panel.querySelector(again) : null) ?? panel).focus();
    showPictures();
    panel.removeAttribute("aria-busy");
  }

  function showLive() {
    const part = panel.querySelector("[data-live]");
    if (part) part.innerHTML = model.get("live");
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
      if (!address || img.src === address) continue;
      img.src = address;
      img.dataset.drawn = times += 1;
    }
    showCharts();
  }

  // Puts charts in the place of pictures whose numbers Python has sent.
  function showCharts() {
    if (!UPlot) return;
    for (const [name, chart] of Object.entries(model.get("charts"))) sent[name] = chart; // only changed ones are sent
    for (const img of panel.querySelectorAll("img[data-picture]")) {
      const name = img.dataset.picture;
      if (!sent[name]) continue;
      if (!charts.has(name)) charts.set(name, { ...charted(UPlot), seen: null, title: "" });
      const { host, describe } = charts.get(name);
      host.dataset.picture = name;
      describe(img.alt);
      img.replaceWith(host);
    }
    for (const [name, chart] of charts) {
      if (!chart.host.isConnected || !sent[name] || chart.seen === sent[name]) continue;
      chart.show(sent[name], chart.title !== model.get("title"));
      Object.assign(chart, { seen: sent[name], title: model.get("title") });
      chart.host.dataset.drawn = times += 1;
    }
  }

  async function copyLink() {
    const link = `${inVoila ? location.origin + location.pathname : ""}?${model.get("query")}`;
    try {
      await navigator.clipboard.writeText(link);
      note.textContent = "The link to this state was copied to the clipboard.";
    } catch {
      note.textContent = `The link to this state: ${link}`; // without HTTPS a page has no access to the clipboard
    }
  }

  function showSaid() {
    title.textContent = model.get("title");
    status.textContent = model.get("status");
    alert.textContent = model.get("said");
  }

  function showAssumed() {
    const list = model.get("assumed");
    assumed.hidden = list.length === 0;
    const head = element("summary", {}, `Assumed: ${list.length} ${list.length === 1 ? "value" : "values"}`);
    assumed.replaceChildren(head, element("ul", {}, list.map((text) => element("li", {}, text))));
  }

  let addressed = false; // whether the address has said the lane and its controls
  function showAddress() {
    if (!inVoila) return;
    addressed = true;
    history.replaceState(null, "", `?${model.get("query")}${location.hash}`);
  }

  // Back and forward bring an address of an earlier lane: it says the one in view again, with the same anchor.
  function correctAddress() {
    if (!el.isConnected) return removeEventListener("popstate", correctAddress);
    if (addressed) showAddress();
  }

  let opening = 0; // number of the first message while its answer is awaited
  model.on("change:answered", () => {
    if (note.textContent === WAIT) note.textContent = "";
    panel.removeAttribute("aria-busy");
    if (opening && model.get("answered") >= opening) {
      opening = 0;
      showAddress(); // even if the link could not be used: the address must match the page
    }
  });
  el.classList.add("twin", "twin-sheet");
  el.dataset.lmSuppressShortcuts = "true"; // keys typed here must not trigger JupyterLab's shortcuts
  for (const [id, label] of model.get("tabs")) {
    const tab = element("button", { type: "button", id: `${place}-${id}`, role: "tab", onclick: () => choose(id) }, label);
    tab.setAttribute("aria-controls", panel.id);
    tabs.set(id, tab);
  }
  list.append(...tabs.values());
  list.onkeydown = onKey;
  for (const [name, label] of model.get("tools")) {
    const press = () => {
      if (name === "link") return copyLink();
      note.textContent = WAIT;
      tell({ do: name });
    };
    tools.append(element("button", { type: "button", onclick: press }, label));
  }
  panel.onclick = (event) => {
    const button = event.target.closest("[data-do]");
    if (button) tell({ do: button.dataset.do, ...JSON.parse(button.dataset.with ?? "{}") });
  };
  panel.onsubmit = (event) => {
    event.preventDefault();
    tell({ do: event.target.dataset.form, ...Object.fromEntries(new FormData(event.target, event.submitter)) });
    if (event.submitter?.name !== "question") for (const field of event.target.querySelectorAll("input")) field.value = "";
  };
  model.on("change:active", showTabs);
  // The page of another lane follows its head and first picture.
  model.on("change:title", () => panel.setAttribute("aria-busy", "true"));
  model.on("change:subject", () => panel.removeAttribute("aria-busy"));
  model.on("change:page", showPage);
  model.on("change:live", showLive);
  model.on("change:query", showAddress);
  addEventListener("popstate", correctAddress);
  for (const name of PICTURES) model.on(`change:${name}`, () => draw(name));
  model.on("change:charts", showCharts);
  for (const name of ["title", "status", "said"]) model.on(`change:${name}`, showSaid);
  model.on("change:noted", () => (note.textContent = model.get("noted")));
  model.on("change:assumed", showAssumed);
  // Where the lane stands below the table, a click on a row scrolls to it; keys leave the table in view.
  document.addEventListener("twin-lane-clicked", () => {
    if (el.getBoundingClientRect().top > 0.8 * window.innerHeight) el.scrollIntoView({ block: "start" });
  });
  model.on("msg:custom", (message, buffers) => {
    const name = deliver(message, buffers);
    if (name) note.textContent = `${name} is ready.`;
  });
  el.append(element("div", { className: "twin-head" }, [title, tools]), element("div", { className: "twin-where" }, [status, assumed]), note, alert, list, panel);
  showTabs();
  showPage();
  PICTURES.forEach(draw);
  showSaid();
  showAssumed();
  library().then((made) => {
    UPlot = made;
    if (UPlot) showPictures();
    else if (inVoila) tell({ do: "pictures" });
  });
  opening = ask(model, { do: "shown", charts: inVoila, query: inVoila && location.search.length > 1 ? location.search : "" });
  if (!(inVoila && location.search.length > 1)) opening = 0; // an address without a query stays so until a change
}

export default { render };
