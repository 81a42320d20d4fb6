// The forms of the data feed: each form is sent to Python as a message, and a file in pieces.
import { ask, deliver, element } from "./element.js";

const PIECE = 1 << 20; // size of a piece of a file [byte]
const WAIT = "<p>One moment …</p>";
let latest = 0; // id of the latest file sent

// Returns a selector of a form: its id, or its name where that is the only one of it.
const formOf = (form) => (form.id ? `#${form.id}` : `form[data-form="${form.dataset.form}"]`);

// Sends a form, its files first, and returns the number of its message; `button` is the one that was pressed.
async function send(model, form, button) {
  const message = { do: form.dataset.form };
  for (const [name, value] of new FormData(form, button)) {
    if (!(value instanceof File)) message[name] = value;
    else if (value.name) {
      const id = ++latest;
      for (let start = 0; start < value.size || start === 0; start += PIECE) {
        const piece = await value.slice(start, start + PIECE).arrayBuffer();
        ask(model, { do: "piece", id, begins: start === 0 }, [piece]);
      }
      Object.assign(message, { file: value.name, upload: id });
    }
  }
  return ask(model, message);
}

function render({ model, el }) {
  el.classList.add("twin", "twin-feed");
  el.dataset.lmSuppressShortcuts = "true"; // keys typed here must not trigger JupyterLab's shortcuts
  const body = element("div", {});
  const status = element("div", { className: "twin-status", role: "status" });
  const dialog = element("dialog", { className: "twin-dialog" });
  let last = ""; // selector of the form that was sent last
  let waiting = 0; // number of the message that is not answered yet

  const fields = () => [...body.querySelectorAll("form[data-form] :is(input:not([type=file]), select, textarea)")];
  const uploads = () => [...body.querySelectorAll("form[data-form] input[type=file]")];
  const key = (field) => `${formOf(field.form)} ${field.name}`;

  // Shows a new page; keeps what was typed, files that were chosen, which parts were open, and the focus.
  function show() {
    const open = [...body.querySelectorAll("details[open]")].map((part) => part.id);
    const typed = new Map(fields().map((field) => [key(field), [field.value, field.checked]]));
    const chosen = new Map(uploads().map((field) => [key(field), field.files]));
    const at = body.contains(document.activeElement) && document.activeElement;
    const again = at && nameOf(at);
    body.innerHTML = model.get("page");
    for (const id of open) if (id) document.getElementById(id)?.setAttribute("open", "");
    for (const field of fields()) {
      if (typed.has(key(field))) [field.value, field.checked] = typed.get(key(field));
    }
    for (const field of uploads()) if (chosen.get(key(field))?.length) field.files = chosen.get(key(field));
    showStatus();
    if (at) ((again && body.querySelector(again)) || status).focus();
  }

  // Returns a selector that finds the focused element on the new page; "" for the button that sent a form.
  function nameOf(at) {
    if (at.form?.dataset.form && at.name) return `${formOf(at.form)} [name="${at.name}"]`;
    if (at.matches("summary") && at.parentElement.id) return `#${at.parentElement.id} > summary`;
    return at.id ? `#${at.id}` : "";
  }

  // Moves the status line below the form that was sent last.
  function showStatus() {
    status.tabIndex = -1;
    const form = last && body.querySelector(last);
    if (form && form.closest(".twin-change")) form.append(status); // the answer stays in the box that is open
    else (form || body.querySelector(".twin-radios")).after(status);
  }

  function say() {
    const inside = status.contains(document.activeElement);
    status.innerHTML = model.get("said");
    if (inside) status.focus();
    if (last && !status.querySelector("[role=alert]")) {
      for (const field of body.querySelectorAll(`${last} [data-once]`)) field.value = "";
    }
  }

  function answered() {
    if (model.get("answered") < waiting) return;
    el.removeAttribute("aria-busy");
    if (status.innerHTML === WAIT) status.innerHTML = model.get("said");
    for (const radio of body.querySelectorAll("input[name=source]")) radio.checked = radio.defaultChecked;
    for (const option of body.querySelectorAll("select[name=source] option")) option.selected = option.defaultSelected;
  }

  function confirm() {
    const question = model.get("question");
    if (!question.text) return;
    const no = element("button", { type: "button", onclick: () => dialog.close() }, "Cancel");
    const yes = element("button", { type: "button", className: "twin-danger" }, question.yes);
    yes.onclick = () => {
      start(question.message);
      dialog.close();
    };
    dialog.setAttribute("aria-label", question.yes);
    dialog.replaceChildren(element("p", {}, question.text), element("div", { className: "twin-row" }, [no, yes]));
    dialog.showModal();
  }

  function start(message) {
    el.setAttribute("aria-busy", "true");
    status.innerHTML = WAIT;
    waiting = ask(model, message);
  }

  body.onsubmit = async (event) => {
    event.preventDefault();
    const form = event.target;
    if (!status.contains(form)) last = formOf(form); // a form of an answer leaves the answer where it is
    showStatus();
    el.setAttribute("aria-busy", "true");
    waiting = Infinity; // all pieces must be sent first
    const sent = send(model, form, event.submitter); // reads the form before the answer makes way
    status.innerHTML = WAIT;
    waiting = await sent;
    answered();
  };
  body.onchange = (event) => {
    if (event.target.name === "source" && event.target.value) {
      last = "";
      showStatus();
      start({ do: "source", source: event.target.value });
    }
  };
  el.onclick = (event) => {
    const button = event.target.closest("[data-do]");
    const form = button?.closest("form[data-form]");
    if (form) {
      last = formOf(form);
      showStatus();
    }
    if (button?.dataset.goto) document.querySelector(button.dataset.goto)?.scrollIntoView();
    if (button) start({ do: button.dataset.do, ...JSON.parse(button.dataset.with ?? "{}") });
  };
  // Escape closes the form of an action, and its button has the focus again.
  const leave = (event) => {
    if (!el.isConnected) return document.removeEventListener("keydown", leave);
    const part = event.key === "Escape" && (event.target === document.body || el.contains(event.target)) && body.querySelector(".twin-change[open]");
    if (!part) return;
    part.open = false;
    part.querySelector("summary").focus();
  };
  document.addEventListener("keydown", leave);
  model.on("change:page", show);
  model.on("change:said", say);
  model.on("change:answered", answered);
  model.on("change:question", confirm);
  model.on("msg:custom", deliver);
  el.append(body, dialog);
  show();
  say();
  ask(model, { do: "opened" });
}

export default { render };
